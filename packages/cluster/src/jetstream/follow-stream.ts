/**
 * `followStream`: the newest message of each subject of a stream, then those to come. Called by `JetStreamSubstrate` for
 * commits, members and commands.
 *
 * A consumer lives on the server, and is gone with it: one that has stopped is made again, with longer and longer pauses.
 */

import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream'
import { OutcomeUnknownError } from '../errors.ts'
import { meaningOf } from './errors.ts'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000

/** What is followed. */
export interface FollowOptions {
  /** For errors. */
  readonly stream: string
  /** The newest message of each subject, and those to come. It stops when it was interrupted. */
  readonly consume: () => Promise<ConsumerMessages>
  /** Aborts when it is followed no longer. */
  readonly signal: AbortSignal
}

/**
 * Resolves once the stream is followed; `following` rejects if that has come to an end for good, and resolves when `signal`
 * aborts. Messages come again after an interruption. What `onMessage` throws ends it.
 */
export async function followStream(
  options: FollowOptions,
  onMessage: (message: JsMsg) => void,
): Promise<{ readonly following: Promise<void> }> {
  const first = await options.consume()
  return { following: follow(options, first, onMessage) }
}

async function follow(
  options: FollowOptions,
  first: ConsumerMessages,
  onMessage: (message: JsMsg) => void,
): Promise<void> {
  const { signal, stream, consume } = options
  let messages: ConsumerMessages | undefined = first
  let refused: unknown
  const stop = (): void => void messages?.stop()
  signal.addEventListener('abort', stop)
  try {
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        messages ??= await consume()
        // `stop` had no messages to end if the signal was aborted during `consume`
        if (signal.aborted) return
        for await (const message of messages) {
          if (signal.aborted) return
          pauseMs = FIRST_PAUSE_MS
          try {
            onMessage(message)
          } catch (error) {
            refused = error
            throw error
          }
        }
      } catch (error) {
        const meaning = meaningOf(error, stream, '')
        if (error === refused || !(meaning instanceof OutcomeUnknownError)) throw error
      }
      messages = undefined
      await pause(pauseMs, signal)
    }
  } finally {
    signal.removeEventListener('abort', stop)
    messages?.stop()
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
