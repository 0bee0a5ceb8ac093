/** `playMarbles` and `expectMarbles`: what a term gives in virtual time, and whether that is what it should. For tests. */

import { inspect, isDeepStrictEqual } from 'node:util'
import { TermError } from '../../errors.ts'
import type { RunOptions } from '../../run/options.ts'
import { run } from '../../run/run.ts'
import { SinkTerm } from '../../term/sink-term.ts'
import type { Term } from '../../term/term.ts'
import type { RowOf } from '../../term/types.ts'
import { OffClockError, OtherMarblesError } from '../errors.ts'
import { settle, VirtualClock } from '../virtual-clock.ts'
import { OffClockWatch } from './off-clock-watch.ts'
import { type MarbleEvent, type MarbleOptions, type Marbles, parseMarbles } from './parse-marbles.ts'
import { printMarbles } from './print-marbles.ts'

/** Options of {@link playMarbles}. */
export interface PlayOptions {
  /** Milliseconds of virtual time after which the run is cancelled. Default 60,000. */
  readonly untilMs?: number
  /** Options of the run beside its clock. */
  readonly run?: Omit<RunOptions, 'clock'>
}

/** Options of {@link expectMarbles}. */
export interface ExpectOptions<Item> extends MarbleOptions<Item>, Pick<PlayOptions, 'run'> {}

/** A run as it was played. */
export interface PlayedMarbles<Item = unknown> extends Marbles<Item> {
  /** Why playing stopped: the run ended or failed, or the time that was asked for was over. */
  readonly stopped: 'ended' | 'time over'
}

/** A run that polls, turn by turn, until the clock has moved is no longer waited for after this. */
const MAX_ROUNDS = 1000
const DEFAULT_UNTIL_MS = 60_000
/** A stream that does not end when it should is watched for a while longer, so that the difference can be seen. */
const MORE_FRAMES = 100

/**
 * Runs a term on a virtual clock, and notes what it gives and when, how it ends, and what it fails with. Time moves from
 * timer to timer, so an hour takes as long as there is to do in it. What goes by other clocks (Node's timers, files, requests,
 * threads) comes at no time of this one: a term that uses it is refused.
 *
 * @throws {OffClockError} if the run does something that is not on its clock, or has not ended and waits for no timer.
 * @throws {MillraceError} if the graph makes no sense.
 *
 * @example
 * ```ts
 * import { delay } from 'millrace/terms'
 * import { fromMarbles, playMarbles, printMarbles } from 'millrace/testing'
 *
 * const seen = await playMarbles(fromMarbles('a-b-|').pipe(delay(3000)))
 * console.log(seen.events.map(({ atMs }) => atMs)) // [ 3000, 3002, 3002 ]
 * console.log(printMarbles(seen).text) // 3000ms a-(b|)
 * ```
 */
export async function playMarbles<Out>(
  term: Term<never, Out>,
  { untilMs = DEFAULT_UNTIL_MS, run: options = {} }: PlayOptions = {},
): Promise<PlayedMarbles<RowOf<Out>>> {
  const watch = new OffClockWatch()
  const clock = new WatchedClock(watch)
  const recorder = new Recorder<RowOf<Out>>(clock)
  try {
    const running = watch.run(() => run(term.pipe(recorder) as Term<never, never>, { ...options, clock }))
    let isOver = false
    const over = running.done.then(
      () => undefined,
      (error: unknown) => {
        if (!isOver) recorder.fail(error)
      },
    )
    void over.then(() => {
      isOver = true
    })
    const stopped = await play(clock, watch, untilMs, () => isOver)
    watch.end()
    if (!isOver) {
      isOver = true
      await running.cancel()
      await over
    }
    if (watch.seen !== undefined || stopped === 'idle') throw new OffClockError(watch.seen)
    return { events: recorder.events, lengthMs: untilMs, stopped }
  } finally {
    watch.end()
  }
}

/** Moves time on from timer to timer, whenever nothing is left to do without it, and says why it stopped. */
async function play(
  clock: VirtualClock,
  watch: OffClockWatch,
  untilMs: number,
  isOver: () => boolean,
): Promise<PlayedMarbles['stopped'] | 'idle'> {
  for (;;) {
    let rounds = 0
    do await settle()
    while (watch.isBusy && ++rounds < MAX_ROUNDS)
    if (isOver()) return 'ended'
    const ms = clock.nextMs
    if (watch.seen !== undefined || ms === undefined) return 'idle'
    if (clock.monotonic() + ms >= untilMs) return 'time over'
    await clock.advance(ms)
  }
}

/** What its timers set off belongs to the run. */
class WatchedClock extends VirtualClock {
  readonly #watch: OffClockWatch

  constructor(watch: OffClockWatch) {
    super()
    this.#watch = watch
  }

  override after(delayMs: number, callback: () => void): () => void {
    return super.after(delayMs, () => this.#watch.run(callback))
  }
}

/**
 * Runs a term on a virtual clock and compares what it gives with a text of marbles. How these are written is said at
 * {@link parseMarbles}. Expected is all that happens, with its time; of a text without an end, up to its length: the run
 * is cancelled there. With the option `error`, the error has to be that one, too.
 *
 * @throws {OtherMarblesError} if they differ; it shows both streams as marbles.
 * @throws {OffClockError} if the run does something that is not on its clock, or has not ended and waits for no timer.
 * @throws {InvalidOptionError} if the text cannot be read.
 *
 * @example
 * ```ts
 * import { debounce } from 'millrace/terms'
 * import { expectMarbles, fromMarbles } from 'millrace/testing'
 *
 * const typed = fromMarbles('ab---c--|').pipe(debounce(2))
 * await expectMarbles(typed, '---b---c|')
 * await expectMarbles(typed, '--b----c|').catch((error) => console.log(error.message))
 * // Other marbles than expected:
 * //   expected  --b----c|
 * //   but got   ---b---c|
 * ```
 */
export async function expectMarbles<Out>(
  term: Term<never, Out>,
  text: string,
  options: ExpectOptions<RowOf<Out>> = {},
): Promise<void> {
  const { frameMs = 1 } = options
  const expected = parseMarbles<RowOf<Out>>(text, options)
  const isOpen = !expected.events.some(({ kind }) => kind !== 'item')
  const untilMs = isOpen ? expected.lengthMs : 2 * expected.lengthMs + MORE_FRAMES * frameMs
  const got = await playMarbles(term, { ...options, untilMs })
  if (isDeepStrictEqual(comparable(got.events, options), comparable(expected.events, options))) return
  throw new OtherMarblesError(difference(expected, got, options))
}

/** Events as they are compared: errors only if one is expected. */
function comparable<Item>(events: readonly MarbleEvent<Item>[], { error }: MarbleOptions<Item>): unknown {
  return events.map((event) =>
    event.kind === 'error' && error === undefined ? { ...event, error } : { ...event },
  )
}

function difference<Item>(
  expected: Marbles<Item>,
  got: Marbles<Item>,
  options: MarbleOptions<Item>,
): string[] {
  const { values = {} } = options
  const all = printMarbles({ events: [...expected.events, ...got.events], lengthMs: 0 }, options)
  const print = (marbles: Marbles<Item>): string =>
    printMarbles(marbles, { ...options, values: all.values }).text
  const lines = [`expected  ${print(expected)}`, `but got   ${print(got)}`]
  for (const [name, item] of Object.entries(all.values)) {
    if (!Object.hasOwn(values, name) && item !== name) lines.push(`where ${name} is ${shown(item)}`)
  }
  const failed = got.events.find((event) => event.kind === 'error')
  if (failed !== undefined) lines.push(`where # is ${shown(failed.error)}`)
  return lines
}

function shown(value: unknown): string {
  return value instanceof Error ? String(value) : inspect(value, { breakLength: Number.POSITIVE_INFINITY })
}

/** Notes what comes, and when. */
class Recorder<Item> extends SinkTerm<Item, undefined> {
  override name = 'marbles'
  readonly events: MarbleEvent<Item>[] = []
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    super()
    this.#clock = clock
  }

  override write(item: Item): void {
    this.events.push({ atMs: this.#clock.monotonic(), kind: 'item', item })
  }

  override end(): void {
    this.events.push({ atMs: this.#clock.monotonic(), kind: 'end' })
  }

  override result(): undefined {
    return undefined
  }

  fail(error: unknown): void {
    const reason = error instanceof TermError ? error.cause : error
    this.events.push({ atMs: this.#clock.monotonic(), kind: 'error', error: reason })
  }
}
