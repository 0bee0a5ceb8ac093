/** `run`: starts a term and hands out the handle to watch and steer it. */

import { EventEmitter } from 'eventemitter3'
import { refuseRun } from '../compose/loading.ts'
import { systemClock, watchClock } from '../engine/clock.ts'
import { Engine, type EngineOptions } from '../engine/engine.ts'
import { NO_STATS } from '../engine/no-stats.ts'
import { onAbort } from '../engine/on-abort.ts'
import { OutputReader } from '../engine/output-reader.ts'
import type { Peek } from '../engine/peek.ts'
import type { Placement } from '../engine/placement.ts'
import type { RunEngine } from '../engine/run-engine.ts'
import type { ReadOutput } from '../engine/wire.ts'
import {
  CancelledError,
  TermError,
  TooManyFailuresError,
  UnknownPortError,
  UnreadLettersError,
  UnreadOutputError,
  WrongStateError,
} from '../errors.ts'
import type { DeadLetter } from '../failure.ts'
import type { Graph, Node } from '../graph/graph.ts'
import { OUT } from '../graph/graph.ts'
import { tappedNode } from '../graph/tap.ts'
import { NothingPendingError } from '../process-errors.ts'
import type { AsyncCall, RunPhase, Stats, TermPicture } from '../stats.ts'
import type { Term } from '../term/term.ts'
import type { AnyTerm, RowOf } from '../term/types.ts'
import { Checkpoints } from './checkpoint/checkpoints.ts'
import { DeadLetterQueue } from './dead-letter-queue.ts'
import { onDry } from './dry-process.ts'
import { FailureWatch } from './failure-watch.ts'
import type { RunEvents, RunOptions, Summary } from './options.ts'
import { cutRun, loadPlacement, prepareRun } from './prepare.ts'
import { summarize } from './summary.ts'

const DEFAULT_BATCH_ITEMS = 1024
const DEFAULT_GROWTH_LIMIT_ITEMS = 1_048_576
const DEFAULT_STARVATION_MS = 1000
/** Failures are looked at so often. */
const WATCH_MS = 250
/** Starvation is looked for so often within `starvationMs`: it is told that much late at most. */
const LOOKS_PER_STARVATION = 4

/** Compile-time check that nothing is left to feed: a term with an open input cannot be run. */
export type Runnable<In> = [In] extends [never] ? unknown : { readonly 'this term has an open input': never }

/** A run's output port and the items it gives. */
export type OutputName<Out> = [Out] extends [never]
  ? never
  : RowOf<Out> extends Out
    ? 'out'
    : keyof RowOf<Out> & string

/** The items of one output port. */
export type OutputItem<Out, Name> = Name extends keyof RowOf<Out> ? RowOf<Out>[Name] : RowOf<Out>

/**
 * Runs a term. Returns at once; the graph is compiled now, so mistakes in it throw here, and begins to run in the
 * next microtask. Read outputs before that: call `output()` right after `run()`.
 *
 * Every edge is bounded; a slow sink or reader holds the sources back.
 *
 * @throws {MillraceError} if the graph makes no sense or an option is out of range.
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { fromIterable, map, print } from 'millrace/terms'
 *
 * const summary = await run(fromIterable([1, 2, 3]).pipe(map((n) => n * n), print())).done
 * // 1
 * // 4
 * // 9
 * console.log(summary.items.in, summary.items.out) // 3 3
 * ```
 */
export function run<In, Out>(term: Term<In, Out> & Runnable<In>, options: RunOptions = {}): Run<Out> {
  return new Run<Out>(term as unknown as Term<never, Out>, options)
}

/**
 * A run under way: its result, its figures, its outputs, and how to steer it.
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { fromIterable, map } from 'millrace/terms'
 *
 * function* naturals() {
 *   for (let n = 0; ; n++) yield n
 * }
 * const squares = run(fromIterable(naturals).pipe(map((n) => n * n)))
 * const small: number[] = []
 * for await (const square of squares.output()) {
 *   if (square > 10) break
 *   small.push(square)
 * }
 * const { outcome } = await squares.done
 * console.log(small, outcome) // [ 0, 1, 4, 9 ] completed
 * ```
 */
export class Run<Out = unknown> extends EventEmitter<RunEvents> {
  /**
   * The summary; rejects with the first failure, whose `cause` is the original error. `stats()` then still tells how far
   * the run came. With `onError: 'stop'` it is the summary of what could be drained, with `outcome: 'failed'`. Never settles
   * where a worker loads the module that called `run`: the run whose worker it is fails instead (`RunWhileLoadingError`).
   */
  readonly done: Promise<Summary>
  readonly #graph: Graph
  readonly #term: AnyTerm
  readonly #options: RunOptions
  readonly #watch: FailureWatch
  readonly #outputs: ReadOutput<OutputReader>[] = []
  #letters: DeadLetterQueue | undefined
  #engine: RunEngine | undefined
  /** The figures of a run that has ended. */
  #last: Omit<Stats, 'phase'> | undefined
  /** What the terms of a run that has ended have drawn. */
  #pictures: ReadonlyMap<string, TermPicture> = new Map()
  #placement: Placement | undefined
  /** The failure that a run with `onError: 'stop'` is being drained after. */
  #failure: { readonly error: unknown } | undefined
  readonly #checkpoints: Checkpoints | undefined
  #stopping = false
  #pausing = false
  #cancelled: CancelledError | undefined
  #interrupt!: () => void
  /** Resolves when the run is cancelled. */
  readonly #interrupted = new Promise<void>((resolve) => {
    this.#interrupt = resolve
  })
  #settled = false
  /** All terms have been entered. */
  #hasStarted = false
  /** The graph is being planned: what reads its outputs is settled. */
  #begun = false

  constructor(term: Term<never, Out>, options: RunOptions) {
    super()
    this.#graph = prepareRun(term, options)
    this.#watch = new FailureWatch(options.failureRate)
    this.#term = term
    this.#options = options
    this.#checkpoints = this.#makeCheckpoints()
    // nothing that waits for a refused run may go on: it would do again what the program does after it
    this.done = refuseRun() ? new Promise(() => {}) : Promise.resolve().then(() => this.#run())
  }

  #makeCheckpoints(): Checkpoints | undefined {
    const { checkpoint, clock = watchClock } = this.#options
    if (checkpoint === undefined) return undefined
    return new Checkpoints(checkpoint, this.#graph, this.#term, clock, {
      onWritten: (info) => this.#tell('checkpoint', info),
      onResumed: (info) => this.#tell('resume', info),
    })
  }

  async #run(): Promise<Summary> {
    const { signal } = this.#options
    const abort = (): void => void this.cancel(signal?.reason)
    const timers: (() => void)[] = []
    this.#begun = true
    try {
      if (signal?.aborted === true) abort()
      if (signal !== undefined) timers.push(onAbort(signal, abort))
      timers.push(onDry(() => this.#onDry()))
      if (this.#cancelled !== undefined) throw this.#cancelled
      const engine = await this.#makeEngine()
      this.#engine = engine
      // it may have been cancelled since it was last looked at, while promises were settled
      if (this.#cancelled !== undefined) engine.fail(this.#cancelled)
      timers.push(this.#beginStats(), this.#beginStarvation(engine), this.#beginWatch())
      if (this.#pausing) engine.pause()
      if (this.#stopping) engine.stop()
      if (engine instanceof Engine) this.#checkpoints?.begin(engine)
      await engine.run(() => {
        this.#hasStarted = true
        this.#tell('start')
      })
      if (this.#isWatching) this.#lookAtFailures()
      const outcome = this.#failure !== undefined ? 'failed' : this.#stopping ? 'stopped' : 'completed'
      // a run that was drained early can be gone on with
      if (outcome === 'completed') await this.#checkpoints?.clear()
      this.#last = engine.stats()
      return summarize(
        this.#last,
        engine.results,
        this.#graph,
        outcome,
        this.#failure,
        this.#checkpoints?.summary,
      )
    } catch (error) {
      for (const { reader } of this.#outputs) reader.fail(error)
      if (this.#failure === undefined) this.#tell('error', error)
      throw error
    } finally {
      this.#settled = true
      for (const stop of timers) stop()
      this.#letters?.end()
      await this.#checkpoints?.end()
      await this.#placement?.close()
      // who keeps the handle keeps the figures, not the machine
      this.#last ??= this.#engine?.stats()
      this.#pictures = this.#engine?.pictures ?? this.#pictures
      this.#engine = undefined
      this.#tell('end')
    }
  }

  /** Node has nothing left to do: what the run waits for will never come. */
  #onDry(): void {
    const unread = this.#outputs.filter(({ reader }) => reader.isWaiting).map(({ name }) => name)
    const waits = this.#pausing ? 'it is paused, and resume()' : (this.#engine?.waitsFor ?? 'a term')
    if (this.#letters?.isFull === true) this.#engine?.fail(new UnreadLettersError())
    else if (unread.length > 0) this.#engine?.fail(new UnreadOutputError(unread))
    else this.#engine?.fail(new NothingPendingError(`The run cannot end: ${waits}`))
  }

  /** Emits; a listener that throws fails by itself, not the run that it listens to. */
  #tell<Name extends keyof RunEvents>(name: Name, ...args: RunEvents[Name]): void {
    try {
      this.emit(name, ...(args as never))
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

  async #makeEngine(): Promise<RunEngine> {
    const engine = await this.#options.engine?.({
      graph: this.#graph,
      outputs: this.#outputs,
      onGrown: (edge) => this.#tell('stall', edge),
      onDeadLetter: (letter) => this.#onDeadLetter(letter, false),
      onNotice: (notice) => this.#tell('notice', notice),
    })
    if (this.#cancelled !== undefined) throw this.#cancelled
    return engine ?? (await this.#makeOwnEngine())
  }

  async #makeOwnEngine(): Promise<Engine> {
    const { clock, edges, batchItems, growthLimitItems, pick } = this.#options
    const placement = await loadPlacement(this.#options)
    this.#placement = placement
    const isRead = (node: Node, output: string): boolean =>
      this.#outputs.some((read) => read.node === node && read.output === output)
    const { cut, origins } = cutRun(this.#term, this.#graph, this.#options, placement, isRead)
    if (placement !== undefined && origins !== undefined) {
      placement.onHealth = (health) => this.#tell('health', health)
      const opening = placement.open(cut, origins)
      // a worker that hangs while it loads a module must not keep a cancel waiting
      if (opening !== undefined) await Promise.race([opening, this.#interrupted])
    }
    const plan = placement?.group?.(cut) ?? cut
    const resumeFrom = await this.#checkpoints?.load(plan)
    if (this.#cancelled !== undefined) throw this.#cancelled
    const tellCall = (call: AsyncCall): void => this.#tell('call', call)
    return new Engine(plan, {
      ...(this.#checkpoints === undefined ? {} : this.#savedBy(this.#checkpoints)),
      ...(resumeFrom === undefined ? {} : { resumeFrom }),
      clock: clock ?? systemClock,
      edges: edges ?? {},
      batchItems: batchItems ?? DEFAULT_BATCH_ITEMS,
      growthLimitItems: growthLimitItems ?? DEFAULT_GROWTH_LIMIT_ITEMS,
      outputs: this.#outputs,
      pick,
      placement,
      onGrown: (edge) => this.#tell('stall', edge),
      stopsOnFailure: this.#options.onError === 'stop',
      cleanupTimeoutMs: this.#options.cleanupTimeoutMs,
      onDeadLetter: (letter, isFatal) => this.#onDeadLetter(letter, isFatal),
      onStopFor: (error) => this.#stopFor(error),
      onSpan: this.#options.onSpan,
      onCall: () => (this.listenerCount('call') > 0 ? tellCall : undefined),
    })
  }

  #savedBy(checkpoints: Checkpoints): Pick<EngineOptions, 'cuts' | 'onCompleted'> {
    return {
      cuts: checkpoints.cuts,
      onCompleted: async () => {
        if (this.#failure === undefined) await checkpoints.clear()
      },
    }
  }

  #onDeadLetter(letter: DeadLetter, isFatal: boolean): void | Promise<void> {
    if (isFatal) this.#stopFor(new TermError(letter.term, 'item', letter.error, letter.item))
    this.#tell('deadLetter', letter)
    return this.#letters?.add(letter)
  }

  /** The run has failed, and is drained: the first failure is the one that counts. */
  #stopFor(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = { error }
    for (const { reader } of this.#outputs) reader.failAtEnd(error)
    this.#tell('error', error)
    this.#engine?.stop()
  }

  #beginStats(): () => void {
    const { statsEveryMs } = this.#options
    if (statsEveryMs === undefined) return () => {}
    return this.#every(statsEveryMs, () => this.#tell('stats', this.stats()))
  }

  #beginStarvation(engine: RunEngine): () => void {
    const { starvationMs = DEFAULT_STARVATION_MS } = this.#options
    if (this.listenerCount('starvation') === 0) return () => {}
    return this.#every(starvationMs / LOOKS_PER_STARVATION, (now) => {
      for (const stage of engine.starving(starvationMs, now)) this.#tell('starvation', stage)
    })
  }

  #beginWatch(): () => void {
    if (!this.#isWatching) return () => {}
    return this.#every(WATCH_MS, () => this.#lookAtFailures())
  }

  /** Whether anybody wants to know. */
  get #isWatching(): boolean {
    return this.listenerCount('failureRate') > 0 || this.#options.onError === 'stop'
  }

  #lookAtFailures(): void {
    if (this.#engine === undefined) return
    for (const rate of this.#watch.look(this.#engine.failing)) {
      this.#tell('failureRate', rate)
      if (rate.level !== 'act' || this.#options.onError !== 'stop') continue
      this.#stopFor(new TooManyFailuresError(rate.term, rate.failed, rate.taken))
    }
  }

  /** Calls again and again on the run's clock. Returns how to stop it. */
  #every(ms: number, callback: (now: number) => void): () => void {
    // to watch is no reason to stay: a run that waits for nothing is found out only once the process could end
    const { clock = watchClock } = this.#options
    const tick = (): void => {
      cancel = clock.after(ms, tick)
      callback(clock.monotonic())
    }
    let cancel = clock.after(ms, tick)
    return () => cancel()
  }

  /** Lets the sources end and what is under way reach the sinks. Resolves with the summary. */
  stop(): Promise<Summary> {
    this.#stopping = true
    this.resume()
    this.#engine?.stop()
    return this.done
  }

  /** Ends the run now: `done` rejects with a `CancelledError`. Resolves when every term has exited. Idempotent. */
  async cancel(reason?: unknown): Promise<void> {
    if (this.#settled) return
    this.#cancelled ??= new CancelledError(reason)
    this.#interrupt()
    this.#engine?.fail(this.#cancelled)
    await this.done.catch(() => undefined) // the reason is on `done`; here only the end is awaited
  }

  /** Moves no further item until `resume`; timers and calls under way go on. Idempotent. */
  pause(): void {
    this.#pausing = true
    this.#engine?.pause()
  }

  /** Goes on after `pause`. */
  resume(): void {
    this.#pausing = false
    this.#engine?.resume()
  }

  /**
   * What terms of the run draw, by their ids: the picture of each `plot`, as far as it is. Terms that run on workers draw
   * nothing here.
   *
   * @example
   * ```ts
   * import { run } from 'millrace'
   * import { fromIterable, plot } from 'millrace/terms'
   *
   * const running = run(fromIterable([{ n: 1 }, { n: 4 }]).pipe(plot({ y: 'n' })))
   * await running.done
   * console.log(running.pictures().get('plot')?.lines) // [ { name: 'n', y: [ 1, 4 ] } ]
   * ```
   */
  pictures(): ReadonlyMap<string, TermPicture> {
    return this.#engine?.pictures ?? this.#pictures
  }

  /**
   * Looks at some of the items that leave a term, or that enter it if it is a sink, from now on: as many as `isWanted` asks
   * for, in the order in which they pass. Takes no time where nothing looks, and changes neither answer nor ledger.
   *
   * Items are seen where they pass the caller's thread. Those that go from term to term inside of a worker are not; there
   * the option `taps`, which brings them here, is the way. Returns how to stop.
   *
   * @throws {InvalidOptionError} for a term, or a port, that the graph does not have.
   * @throws {WrongStateError} if its items cannot be seen, or if the run has not begun, or has ended.
   * @example
   * ```ts
   * import { run } from 'millrace'
   * import { fromIterable, map } from 'millrace/terms'
   *
   * const running = run(fromIterable([1, 2, 3]).pipe(map((n) => n * n)))
   * const seen: unknown[] = []
   * running.on('start', () => {
   *   running.peek({ term: 'map', isWanted: true, onItem: (item) => seen.push(item) })
   * })
   * for await (const _ of running.output());
   * console.log(seen) // [ 1, 4, 9 ]
   * ```
   */
  peek(peek: Peek): () => void {
    tappedNode(this.#graph, peek)
    if (this.#engine === undefined)
      throw new WrongStateError(`There is nothing to look at: the run is ${this.#phase}.`)
    const stop = this.#engine.peek(peek)
    if (stop !== undefined) return stop
    throw new WrongStateError(
      !(this.#engine instanceof Engine)
        ? `The items of "${peek.term}" pass on hosts, and are not seen here. Look at them in a run on this machine.`
        : `The items of "${peek.term}" do not pass the caller's thread, or nothing reads them. Start the run with a tap of it.`,
    )
  }

  get #phase(): RunPhase {
    if (this.#settled) return 'ended'
    if (!this.#hasStarted) return 'starting'
    if (this.#stopping || (this.#failure ?? this.#cancelled) !== undefined) return 'draining'
    return this.#pausing ? 'paused' : (this.#engine?.phase ?? 'running')
  }

  /** Figures so far; after the end, the final ones. */
  stats(): Stats {
    const stats = this.#last ?? this.#engine?.stats() ?? NO_STATS
    const checkpoints = this.#checkpoints?.stats
    return { phase: this.#phase, ...stats, ...(checkpoints === undefined ? {} : { checkpoints }) }
  }

  /**
   * The items of an output port as an async iterator; while it is not read, the graph is held back. Leaving the
   * loop early lets the writers stop. A failure of the run is thrown after the last item.
   *
   * @param name `out` for a single output; else the port's name, or its position.
   * @throws {UnknownPortError} if there is no such output.
   * @throws {WrongStateError} once the run has begun, or if the port is read already.
   */
  output<Name extends OutputName<Out>>(
    name: Name = OUT as Name,
  ): AsyncIterableIterator<OutputItem<Out, Name>> {
    const open = this.#graph.outputs.find((output) => output.name === name)
    if (open === undefined) {
      throw new UnknownPortError(
        'The run',
        name,
        this.#graph.outputs.map((output) => output.name),
      )
    }
    if (this.#begun) {
      throw new WrongStateError('Call output() right after run(), before the run has begun.')
    }
    if (this.#outputs.some((output) => output.name === name)) {
      throw new WrongStateError(
        `Output "${name}" is read already; fork it with parallel() for a second reader.`,
      )
    }
    const reader = new OutputReader()
    this.#outputs.push({ ...open, reader })
    // a failure reaches the reader; who only reads need not look at `done` as well
    this.done.catch(() => undefined)
    return reader as AsyncIterableIterator<OutputItem<Out, Name>>
  }

  /**
   * The items that were set aside, as an async iterator that ends when the run does. Those that nobody has read yet are
   * bounded: while a reader does not keep up, what fails is held back. Without a reader, or once it has left its loop,
   * they are counted and told by the event `deadLetter`, and not kept.
   *
   * @throws {WrongStateError} once the run has begun, or if they are read already.
   * @example
   * ```ts
   * import { run } from 'millrace'
   * import { fromIterable, map } from 'millrace/terms'
   *
   * const parsed = map((text: string) => JSON.parse(text) as number).onFailure({ onError: 'skip' })
   * const numbers = run(fromIterable(['1', 'two']).pipe(parsed))
   * for await (const { term, item, error } of numbers.deadLetters()) {
   *   console.log(term, item, error instanceof SyntaxError) // map two true
   * }
   * ```
   */
  deadLetters(): AsyncIterableIterator<DeadLetter> {
    if (this.#begun) {
      throw new WrongStateError('Call deadLetters() right after run(), before the run has begun.')
    }
    if (this.#letters !== undefined) {
      throw new WrongStateError(
        'The dead letters are read already: share the iterator, or listen to "deadLetter".',
      )
    }
    this.#letters = new DeadLetterQueue()
    return this.#letters
  }

  /** `await using r = run(…)`: cancels what is still under way when the scope is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel('its scope was left')
  }
}
