/** `openUi`: the page of one run. Called by `millrace` when a page is asked for; nothing else loads this package. */

import type { Run } from '@millrace/core'
import { pictureOf } from '../model/picture.ts'
import type { Recording, TapLines } from '../model/protocol.ts'
import { Feed, stateOfFailure } from './feed.ts'
import { Recorder } from './recorder.ts'
import type { RunTitle } from './run-title.ts'
import { type Extra, type UiOptions, UiServer } from './server.ts'
import { steering } from './steering.ts'

/** A page that is being served. */
export interface Ui {
  /** What to open in a browser. */
  readonly address: string
  /** Shows a run: to be called right after `run()`, before it begins. */
  watch(run: Run, title: RunTitle): void
  /** Shows items that have passed a tap. */
  tap(lines: TapLines): void
  /** Shows what was recorded of a run. */
  play(recording: Recording): void
  /** What was seen of the run so far. */
  recording(): Recording | undefined
  /**
   * Resolves when open pages have been told all there is, and lets go of them. `isReplaced`: they are told nothing, and look for
   * the next server at this port. Default false.
   */
  close(isReplaced?: boolean): Promise<void>
}

/**
 * Serves the page of a run.
 *
 * It holds nothing back: a browser that does not keep up is let go of, and comes back. A finished process ends, unless `hold` is set.
 * `session` is the secret of an earlier server at this port, whose browsers stay; default: a new one.
 *
 * @throws {UiError} if the address cannot be listened at.
 */
export async function openUi(options: UiOptions = {}, extra?: Extra, session?: string): Promise<Ui> {
  const server = await UiServer.open(options, extra, session)
  let feed: Feed | undefined
  return {
    address: server.address,
    watch(run, told) {
      const { title, strategy, graph, limitOf, isWatched = false } = told
      const mayControl = options.readOnly !== true
      const picture = pictureOf(graph)
      server.followers.follow(picture)
      const recorder = new Recorder({
        ...{ title, strategy, picture, isLive: true, mayControl },
        ...(mayControl && told.replay !== undefined ? { mayReplay: true } : {}),
      })
      const following = new Feed(
        run,
        recorder,
        limitOf ?? (() => undefined),
        (name, data) => server.followers.tell(name, data),
        (isPaused) => server.keepAlive(isPaused),
        isWatched,
      )
      feed = following
      following.begin()
      run.done.then(
        ({ outcome }) => following.end(outcome),
        (error: unknown) => following.end(stateOfFailure(error)),
      )
      server.show({
        get recording() {
          return following.recording
        },
        ...(mayControl ? { command: steering(following, told) } : {}),
      })
    },
    tap: (lines) => feed?.tap(lines),
    play: (recording) => server.show({ recording }),
    recording: () => feed?.recording,
    close: (isReplaced) => server.close(isReplaced),
  }
}
