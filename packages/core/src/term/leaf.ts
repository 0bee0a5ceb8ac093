/**
 * `Leaf`: a term that does something. Its `kernel` tells the engine what, in a form that can be fused.
 *
 * The classes users extend (`SourceTerm`, `FunctionTerm`, …) and the terms that are one function (`kernelTerm`)
 * are leaves. A leaf holds no run state: the same object may be in several runs at once.
 */

import type { Combiner, Context, EdgeOptions, End, Kernel, LifeCycle, SplitRequest } from '../contracts.ts'
import { InvalidOptionError, NotReplayableError } from '../errors.ts'
import type { FailurePolicy } from '../failure.ts'
import type { SourceProgress, TermPicture } from '../stats.ts'
import { checkFailurePolicy } from './check-policy.ts'
import { isLabel, LABEL } from './host-label.ts'
import { Term } from './term.ts'

const NO_POLICY: FailurePolicy<never, unknown> = Object.freeze({})

/** What may stand in for a term's result: an item; for an expansion, items; for a filter, a boolean; nothing. */
export type Substitute<Out> =
  | Out
  | Iterable<Out>
  | boolean
  | void
  | Promise<Out | Iterable<Out> | boolean | void>

/** The items of a split: at once, as they come, or a promise of all. */
export type SplitItems<Out> = Iterable<Out> | AsyncIterable<Out> | Promise<Iterable<Out>>

/** What a source says of its whole; `done` is how many items it gave, unless it says otherwise. */
export type WholeOf = Omit<SourceProgress, 'done'> & Partial<SourceProgress>

/** A term that does something, as opposed to one composed of others. */
export abstract class Leaf<in In, out Out, State = unknown> extends Term<In, Out> {
  /** The node's name, and the name of its output stream. Default: the class's name. */
  name: string = this.constructor.name || 'term'
  /** Names of the output ports, if there are several; results are then records of port to item. */
  readonly outputs?: readonly string[]
  /** On a term with several outputs: what reads each of them may run on a host of its own, as partitions do. */
  readonly sharesOut?: boolean
  /** On a term with several inputs: those that have sources of their own may come from other hosts. */
  readonly gathers?: boolean
  /** Set if the term reads `ctx.time`; source times then travel with the items. Default false. */
  readonly usesTime?: boolean
  /** On a source: every run gives the same items in the same order, so that a resumed one can pass over some. */
  readonly replayable?: boolean
  /** On a source: it gives other items each time that it is begun, so that `replays` is refused. */
  readonly live?: boolean
  /** The state before the first item. Present exactly on stateful terms. */
  initialState?(): State
  /** How the term's work can be shared out among workers; absent if every item must pass one state, one by one. */
  combiner?(): Combiner<In, State, Out>
  /**
   * On a source that workers can read in pieces: descriptions of the pieces, in the order of its items; `undefined` if it
   * cannot be split as things are. Each is structured-cloneable, and small.
   */
  splits?(request: SplitRequest): Iterable<unknown> | AsyncIterable<unknown> | undefined
  /** The items of one split. Called where the split is read: in a worker, which has built the term again. */
  openSplit?(split: unknown, ctx: Context<State, never>): SplitItems<Out>
  /**
   * On a source that knows how much it is going to read: how far it is; `undefined` where that is not known. What counts
   * the items given needs not count them itself. Asked when somebody looks, on the caller's thread; `lastSplit` is the
   * last piece that was handed to a worker, where workers read it.
   */
  progress?(ctx: Context<State, never>, lastSplit?: unknown): WholeOf | undefined
  /** On a term that draws what it has seen: the picture so far. Asked on the caller's thread, when somebody looks and at the end. */
  picture?(ctx: Context<State, never>): TermPicture | undefined
  /** Called once before any item. What it emits comes before everything else. */
  enter?(ctx: Context<State, Out>): void | Promise<void>
  /** Called once after the last item of a stream that ended normally; what it returns is emitted. */
  end?(ctx: Context<State, Out>): End<Out>
  /** Called exactly once at the very end, also after a failure or a cancel. */
  exit?(ctx: Context<State, Out>): void | Promise<void>
  /** Why a run with this term cannot go on from a checkpoint, as the rest of a sentence that begins with its name. */
  whyNotResumable?(): string | undefined
  /** On a sink: the file of an earlier run that this one would take the place of, if there is one now. */
  replaces?(): string | undefined
  #edge: EdgeOptions = {}
  #policy: FailurePolicy<never, unknown> = NO_POLICY
  #pinned = false
  #label: string | undefined
  #giving = false
  #replays = false

  /** What the engine runs. Cheap and without effect: called whenever a graph is compiled. */
  abstract kernel(): Kernel

  /**
   * Names this node. Returns the same term.
   *
   * @example
   * ```ts
   * import { id } from 'millrace/terms'
   *
   * console.log(String(id().named('u').pipe(id().named('v')))) // (Term(u); Term(v))
   * ```
   */
  named(name: string): this {
    if (name === '' || name === '__proto__')
      throw new InvalidOptionError(`The argument of named() of "${this.name}"`, name, 'a usable port name')
    this.name = name
    return this
  }

  /**
   * Bounds the edges into this term; a policy other than `block` drops or fails instead of holding back.
   *
   * @example
   * ```ts
   * import { run } from 'millrace'
   * import { fromIterable, map } from 'millrace/terms'
   *
   * const slow = map(async (n: number) => n).edge({ capacityItems: 2, overflow: 'dropOldest' })
   * const { items } = await run(fromIterable([1, 2, 3, 4, 5]).pipe(slow)).done
   * console.log(items.in, items.out + items.dropped) // 5 5
   * ```
   */
  edge(options: EdgeOptions): this {
    checkEdgeOptions(options)
    this.#edge = { ...this.#edge, ...options }
    return this
  }

  /**
   * Says what becomes of items that this term fails on; called again, it adds to what was said before.
   *
   * A call may be made again, be given a time limit, be spared while it keeps failing; an item that failed for good
   * ends the run (the default), is set aside as a dead letter, or goes on with a fallback in place of its result. While
   * a call waits to be made again, the items behind it wait, too; of a term with concurrent calls, only its slot does.
   *
   * A call that fails leaves no trace in the graph: what it emitted through its context is dropped, and the state of a
   * scan or fold stays what it was. What it assigned to `ctx.state`, or changed inside of it, stays: assign last. An
   * expansion that fails half-way has given what it gave, and is not called again.
   *
   * @throws {InvalidOptionError} for a policy that is none. `run` throws a `PolicyRefusedError` for one that the term
   * cannot keep.
   * @example
   * ```ts
   * import { run } from 'millrace'
   * import { collect, fromIterable, map } from 'millrace/terms'
   *
   * const numbers = map((text: string) => JSON.parse(text) as number).onFailure({ onError: 'skip' })
   * const items = collect<number>()
   * const summary = await run(fromIterable(['1', 'two', '3']).pipe(numbers, items)).done
   * console.log(summary.result(items), summary.items.deadLettered) // [ 1, 3 ] 1
   * ```
   */
  onFailure(policy: FailurePolicy<In, Substitute<Out>>): this {
    if (typeof policy !== 'object' || policy === null) {
      throw new InvalidOptionError(
        `The argument of onFailure() of "${this.name}"`,
        policy,
        'a record: { onError: "skip" }',
      )
    }
    const merged = { ...this.#policy, ...policy } as FailurePolicy<never, unknown>
    checkFailurePolicy(merged, `The failure policy of ${this.name}`)
    this.#policy = merged
    return this
  }

  /** What `onFailure` set. */
  get failurePolicy(): FailurePolicy<never, unknown> {
    return this.#policy
  }

  /** Keeps this term on the caller's thread under every scheduler. */
  local(): this {
    this.#pinned = true
    return this
  }

  /**
   * Binds this term, under `--strategy distributed`, to hosts that carry the label: `millrace worker --label disk=a`. For
   * what only some hosts have: a disk, a device, a network. Without effect under the strategies of one process.
   *
   * @param label 1 to 100 characters without spaces and commas; `caller` is taken: see `local`.
   * @throws {InvalidOptionError} for any other.
   * @example
   * ```ts
   * import { fromIterable, map, toArray } from 'millrace/terms'
   *
   * const numbers = fromIterable([1, 2]).pipe(map((n: number) => n + 1).on('disk=a'))
   * console.log(await toArray(numbers)) // [ 2, 3 ]
   * ```
   */
  on(label: string): this {
    if (!isLabel(label)) {
      throw new InvalidOptionError(`The argument of on() of "${this.name}"`, label, LABEL)
    }
    this.#label = label
    return this
  }

  /**
   * Declares that the term gives away the buffers in its items: on the way to another thread they are handed over, not
   * copied, and are empty where the term still holds them.
   *
   * For array buffers and typed arrays up to four levels deep, under strategies that send batches to workers (`pool`,
   * `work-stealing`); without effect elsewhere.
   *
   * Worth it for large buffers that were filled by I/O or by native code. A term that computes on typed arrays is better
   * off with the copy: once a thread has given a buffer away, V8 checks at each turn of a loop over any typed array there
   * that it still has its buffer, and such loops take about 40% longer from then on.
   *
   * @example
   * ```ts
   * import { fromIterable, map, toArray } from 'millrace/terms'
   *
   * const frames = fromIterable([2, 3]).pipe(map((size: number) => ({ pixels: new Uint8Array(size) })).givesBuffers())
   * console.log((await toArray(frames)).map(({ pixels }) => pixels.length)) // [ 2, 3 ]
   * ```
   */
  givesBuffers(): this {
    this.#giving = true
    return this
  }

  /**
   * Declares that this source gives the same items in the same order each time it is begun, in another process as well.
   * A run that is resumed from a checkpoint then begins it anew and passes over what was given.
   *
   * For generators and functions; lists, and sources that can `seek`, need no such word.
   *
   * @throws {NotReplayableError} for live sources, of which it cannot be true: tails, polls, clocks, events.
   * @example
   * ```ts
   * import { fromIterable } from 'millrace/terms'
   *
   * function* squares() {
   *   for (let n = 0; ; n++) yield n * n
   * }
   * console.log(fromIterable(squares).replays().isReplayable) // true
   * ```
   */
  replays(): this {
    if (this.live === true) throw new NotReplayableError(this.name, 'seek' in this)
    this.#replays = true
    return this
  }

  /** True after `replays`, and where the class says so. */
  get isReplayable(): boolean {
    return this.#replays || this.replayable === true
  }

  /** True after `givesBuffers`. */
  get isGivingBuffers(): boolean {
    return this.#giving
  }

  /** What `edge` set. */
  get edgeOptions(): EdgeOptions {
    return this.#edge
  }

  /** True after `local`. */
  get isLocal(): boolean {
    return this.#pinned
  }

  /** What `on` set. */
  get hostLabel(): string | undefined {
    return this.#label
  }
}

const OVERFLOWS = ['block', 'dropOldest', 'dropNewest', 'latest', 'fail']

const BOUNDS = ['capacityItems', 'capacityBytes', 'overflow']

/** @throws {InvalidOptionError} for a bound below 1, an unknown policy, or a name that is no option. */
export function checkEdgeOptions(options: EdgeOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('The options of an edge', options, `a record of ${BOUNDS.join(', ')}`)
  }
  for (const [name, value] of Object.entries(options)) {
    if (!BOUNDS.includes(name))
      throw new InvalidOptionError(name, value, `left out: an edge has ${BOUNDS.join(', ')} only`)
  }
  for (const bound of ['capacityItems', 'capacityBytes'] as const) {
    const value = options[bound]
    if (
      value !== undefined &&
      !(value >= 1 && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY))
    ) {
      throw new InvalidOptionError(bound, value, 'a whole number, at least 1, or Infinity')
    }
  }
  if (options.overflow !== undefined && !OVERFLOWS.includes(options.overflow)) {
    throw new InvalidOptionError('overflow', options.overflow, `one of ${OVERFLOWS.join(', ')}`)
  }
}

/** A leaf that is a kernel with a name and maybe hooks: what `map(f)` and its like are. */
export class KernelTerm<in In, out Out, State = unknown> extends Leaf<In, Out, State> {
  readonly #kernel: Kernel

  constructor(name: string, kernel: Kernel, hooks: LifeCycle<State, Out> = {}) {
    super()
    this.name = name
    this.#kernel = kernel
    Object.assign(this, hooks)
  }

  override kernel(): Kernel {
    return this.#kernel
  }
}

/**
 * Makes a term of a kernel; `hooks` may hold `initialState`, `enter`, `end`, `exit`.
 *
 * For authors of term libraries: everything in `@millrace/terms` that is one function is built with it.
 *
 * @example
 * ```ts
 * import { kernelTerm } from 'millrace'
 * import { fromIterable, toArray } from 'millrace/terms'
 *
 * const double = () => kernelTerm<number, number>('double', { kind: 'map', f: (n: number) => 2 * n })
 * console.log(await toArray(fromIterable([1, 2]).pipe(double()))) // [ 2, 4 ]
 * ```
 */
export function kernelTerm<In, Out, State = unknown>(
  name: string,
  kernel: Kernel,
  hooks?: LifeCycle<State, Out>,
): KernelTerm<In, Out, State> {
  return new KernelTerm(name, kernel, hooks)
}

/** True for functions declared `async`, and for async generator functions. */
export function isAsyncFunction(f: unknown): boolean {
  const tag = Object.prototype.toString.call(f)
  return tag === '[object AsyncFunction]' || tag === '[object AsyncGeneratorFunction]'
}

/** @throws {InvalidOptionError} if `f` is no function, or is declared async where only sync makes sense. */
export function checkSyncFunction(owner: string, f: unknown): void {
  if (typeof f !== 'function') throw new InvalidOptionError(`The function of ${owner}()`, f, 'a function')
  if (isAsyncFunction(f)) {
    throw new InvalidOptionError(`The function of ${owner}()`, f, 'synchronous (await in a map() before it)')
  }
}
