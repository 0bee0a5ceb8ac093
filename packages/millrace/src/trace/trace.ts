/**
 * `Trace`: a run as Chrome trace events, for Perfetto or `chrome://tracing`: a lane for each worker and one for the
 * caller's thread, an `X` event for each activation or batch, `b` and `e` around calls of async terms and checkpoints, `C`
 * for what edges hold, `i` for what happened. Made by
 * `command/run.ts` for `--trace`.
 *
 * The file is bounded, and is closed on every way out, also if the process is ended by `process.exit`.
 */

import { closeSync, openSync, writeSync } from 'node:fs'
import { BadInputError, type Clock, messageOf, type Run, type Span } from '@millrace/core'
import { watchClock } from '@millrace/core/engine'

/** Where the text goes; a file, but for tests. */
export interface TraceSink {
  write(text: string): void
  close(): void
}

/** How much a trace may hold, and how often it looks at edges. */
export interface TraceOptions {
  /** Characters at most; what comes later is counted and left out. Default 64 Mi. */
  readonly maxChars?: number
  readonly clock?: Clock
}

const MAX_CHARS = 64 * 1024 * 1024
/** Kept back for the last events. */
const RESERVE_CHARS = 4096
const BUFFER_CHARS = 64 * 1024
const LOOK_MS = 100
const PID = 1
const CALLER = 0

/** Opens the file, which is replaced. @throws {BadInputError} if it cannot be written to. */
export function openTrace(file: string, options: TraceOptions = {}): Trace {
  try {
    const handle = openSync(file, 'w')
    const sink = { write: (text: string) => void writeSync(handle, text), close: () => closeSync(handle) }
    return new Trace(sink, options)
  } catch (cause) {
    throw new BadInputError(`The trace ${file} cannot be written: ${messageOf(cause)}`, { cause })
  }
}

/** What is needed of a run. */
type Watched<Out> = Pick<Run<Out>, 'stats' | 'on'>

/** Writes the events of one run. */
export class Trace {
  readonly #sink: TraceSink
  readonly #maxChars: number
  readonly #clock: Clock
  /** Where the lane's last event ends, in µs: what a lane did is told one after the other, so that events nest. */
  readonly #ends = new Map<number, number>()
  #beganMs: number
  #buffer = '['
  #chars = 1
  #isFirst = true
  #leftOut = 0
  /** Pairs of events so far. */
  #pairs = 0
  #failure: unknown
  #isClosed = false
  #cancel = (): void => {}
  readonly #onExit = (): void => void this.end()

  constructor(sink: TraceSink, { maxChars = MAX_CHARS, clock = watchClock }: TraceOptions = {}) {
    this.#sink = sink
    this.#maxChars = maxChars
    this.#clock = clock
    this.#beganMs = clock.monotonic()
    this.#event({ name: 'process_name', ph: 'M', pid: PID, args: { name: 'millrace' } })
    this.#lane(CALLER)
    process.once('exit', this.#onExit)
  }

  /** What one thread did for one stage: the option `onSpan` of the run. */
  readonly onSpan = ({ worker, nodes, beginMs, durationMs, waitedMs }: Span): void => {
    const lane = worker
    if (!this.#ends.has(lane)) this.#lane(lane)
    // whole nanoseconds: a rounded begin and a rounded length must not overlap with what follows
    const ts = Math.max(this.#at(beginMs), this.#ends.get(lane) as number)
    const dur = Math.round(durationMs * 1e6) / 1e3
    const end = Math.round((ts + dur) * 1e3) / 1e3
    const waited = waitedMs > 0 ? { args: { waitedMs } } : {}
    const isWritten = this.#event({
      name: nodes.join('+'),
      cat: 'stage',
      ph: 'X',
      ts,
      dur,
      pid: PID,
      tid: lane,
      ...waited,
    })
    if (isWritten) this.#ends.set(lane, end)
  }

  /** Follows the run's events, and looks at its edges now and then. */
  follow<Out>(running: Watched<Out>): void {
    const tick = (): void => {
      this.#cancel = this.#clock.after(LOOK_MS, tick)
      this.#look(running)
    }
    this.#cancel = this.#clock.after(LOOK_MS, tick)
    running.on('stall', ({ from, to, capacityItems }) =>
      this.#instant(`stall ${from} -> ${to}`, { capacityItems }),
    )
    running.on('health', ({ level }) => this.#instant(`health ${level}`, {}))
    running.on('starvation', ({ nodes, queuedItems }) =>
      this.#instant(`starvation ${nodes.join('+')}`, { queuedItems }),
    )
    running.on('checkpoint', ({ id, bytes, elapsedMs }) => {
      this.#async('checkpoint', 'checkpoint', this.#clock.monotonic() - elapsedMs, elapsedMs, { id, bytes })
    })
    running.on('call', ({ node, beginMs, durationMs, outcome }) => {
      // many short calls leave room for what threads do
      if (this.#chars < this.#maxChars / 2) this.#async('call', node, beginMs, durationMs, { outcome })
      else this.#leftOut += 2
    })
  }

  /** Writes what is left and closes the file. Returns what is to be said of it: nothing, if all went well. Idempotent. */
  end(): string[] {
    if (this.#isClosed) return []
    this.#isClosed = true
    process.off('exit', this.#onExit)
    this.#cancel()
    const said = this.#leftOut === 0 ? [] : [`${this.#leftOut} events left out: the trace is full`]
    try {
      const last = {
        name: `${this.#leftOut} events left out`,
        ph: 'i',
        s: 'g',
        ts: this.#now(),
        pid: PID,
        tid: CALLER,
      }
      if (this.#leftOut > 0) this.#buffer += `,\n${JSON.stringify(last)}`
      this.#sink.write(`${this.#buffer}\n]\n`)
      this.#sink.close()
    } catch (error) {
      this.#failure ??= error
    }
    return this.#failure === undefined ? said : [...said, `events are missing: ${messageOf(this.#failure)}`]
  }

  #look<Out>(running: Watched<Out>): void {
    for (const { kind, from, output, to, input, items } of running.stats().edges) {
      if (kind !== 'queue') continue
      const name = `${from}.${output} -> ${to}.${input}`
      this.#event({ name, ph: 'C', ts: this.#now(), pid: PID, args: { items } })
    }
  }

  /** Something that lasts beside what threads do: a pair of events with an id of its own. */
  #async(cat: string, name: string, beginMs: number, durationMs: number, args: object): void {
    const ts = this.#at(beginMs)
    const ends = Math.max(ts, this.#at(beginMs + durationMs))
    const shared = { name, cat, id: ++this.#pairs, pid: PID, tid: CALLER }
    this.#events([
      { ...shared, ph: 'b', ts, args },
      { ...shared, ph: 'e', ts: ends },
    ])
  }

  #instant(name: string, args: object): void {
    this.#event({ name, cat: 'run', ph: 'i', s: 'g', ts: this.#now(), pid: PID, tid: CALLER, args })
  }

  #lane(lane: number): void {
    this.#ends.set(lane, 0)
    const name = lane === CALLER ? "caller's thread" : `worker ${lane}`
    this.#event({ name: 'thread_name', ph: 'M', pid: PID, tid: lane, args: { name } })
    this.#event({ name: 'thread_sort_index', ph: 'M', pid: PID, tid: lane, args: { sort_index: lane } })
  }

  #now(): number {
    return this.#at(this.#clock.monotonic())
  }

  /** A moment of the machine's clock in µs since the trace began. */
  #at(ms: number): number {
    return Math.max(0, Math.round((ms - this.#beganMs) * 1e6) / 1e3)
  }

  #event(event: object): boolean {
    return this.#events([event])
  }

  /** Writes all of them, or none if there is no room. Returns whether it did. */
  #events(events: readonly object[]): boolean {
    if (this.#isClosed) return false
    const text = `${this.#isFirst ? '\n' : ',\n'}${events.map((event) => JSON.stringify(event)).join(',\n')}`
    if (this.#chars + text.length > this.#maxChars - RESERVE_CHARS || this.#failure !== undefined) {
      this.#leftOut += events.length
      return false
    }
    this.#isFirst = false
    this.#chars += text.length
    this.#buffer += text
    if (this.#buffer.length < BUFFER_CHARS) return true
    try {
      this.#sink.write(this.#buffer)
    } catch (error) {
      this.#failure = error
    }
    this.#buffer = ''
    return true
  }
}
