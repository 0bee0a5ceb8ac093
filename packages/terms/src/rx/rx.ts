/** `rx` and `rxTimed`: any rxjs operator as a term. */

import { BadInputError, describe, type StreamContext, type StreamTerm } from '@millrace/core'
import { type Observable, type OperatorFunction, type SchedulerLike, Subject, type Subscription } from 'rxjs'
import { checkFunction, checkWhole } from '../check.ts'
import { type Arrivals, ReactiveTerm } from '../rate/arrivals.ts'
import { ClockScheduler } from './clock-scheduler.ts'

/** Options of {@link rx} and {@link rxTimed}. */
export interface RxOptions {
  /**
   * Items that the operator may give ahead of what there is room for downstream; one more is an error. An operator
   * cannot be told to wait, so this bounds what one input, or time, may lead to. Default 65,536.
   */
  readonly capacity?: number
}

/**
 * An rxjs operator as a term: `rx(mergeMap(load))`, or several, joined with rxjs's `pipe`: `rx(pipe(a(), b()))`.
 *
 * Each run has an instance of its own. The operator is fed item by item, and only once everything it gave has left; so
 * a slow reader holds back what is before it. What the operator gives by itself meanwhile (timers, inner observables)
 * waits here, `capacity` items at most. An error ends the run with a `TermError` whose `cause` is the original; an
 * operator that completes early lets its writers stop. `undefined` is no item.
 *
 * The operator sees a hot source: one that subscribes anew (`repeat`, `retry`) gets what comes after, not what was. Its
 * state is inside rxjs, so the term stays on the caller's thread. Operators that take time use rxjs's own clock; to
 * put them on the run's, use {@link rxTimed}. Keeps the order in which the operator gives.
 *
 * @throws {InvalidOptionError} if `operator` is no function or `capacity` is out of range. The run fails with a
 * `BadInputError` if the operator gives more than `capacity` items at once.
 *
 * @example
 * ```ts
 * import { fromIterable, toArray } from 'millrace/terms'
 * import { rx } from 'millrace/rx'
 * import { bufferCount, map, mergeMap, of } from 'rxjs'
 *
 * const doubled = fromIterable([1, 2, 3]).pipe(rx(mergeMap((n) => of(n, n))), rx(bufferCount(4)))
 * console.log(await toArray(doubled.pipe(rx(map((items) => items.join()))))) // [ '1,1,2,2', '3,3' ]
 * ```
 */
export function rx<In, Out>(
  operator: OperatorFunction<In, Out>,
  options: RxOptions = {},
): StreamTerm<In, Out> {
  checkFunction('rx', operator)
  return new Rx('rx', () => operator, capacityOf('rx', options)).local()
}

/**
 * As {@link rx}, for operators that take time: `make` gets an rxjs scheduler on the clock of the run and hands it to
 * the operator. Called once per run. In tests time is then virtual.
 *
 * @throws {InvalidOptionError} as `rx`.
 *
 * @example
 * ```ts
 * import { fromIterable, toArray } from 'millrace/terms'
 * import { rxTimed } from 'millrace/rx'
 * import { debounceTime } from 'rxjs'
 *
 * const quiet = rxTimed<string, string>((scheduler) => debounceTime(5, scheduler))
 * console.log(await toArray(fromIterable(['a', 'b', 'c']).pipe(quiet))) // [ 'c' ]
 * ```
 */
export function rxTimed<In, Out>(
  make: (scheduler: SchedulerLike) => OperatorFunction<In, Out>,
  options: RxOptions = {},
): StreamTerm<In, Out> {
  checkFunction('rxTimed', make)
  return new Rx('rxTimed', make, capacityOf('rxTimed', options)).local()
}

function capacityOf(owner: string, { capacity = 65_536 }: RxOptions): number {
  checkWhole(`capacity of ${owner}()`, capacity, 1)
  return capacity
}

class Rx<In, Out> extends ReactiveTerm<In, Out> {
  readonly #make: (scheduler: SchedulerLike) => OperatorFunction<In, Out>
  readonly #capacity: number

  constructor(name: string, make: (scheduler: SchedulerLike) => OperatorFunction<In, Out>, capacity: number) {
    super()
    this.name = name
    this.#make = make
    this.#capacity = capacity
  }

  protected override async react(arrivals: Arrivals<In>, ctx: StreamContext<unknown, Out>): Promise<void> {
    const outputs = new Outputs<Out>(this.name, this.#capacity, () => arrivals.rouse())
    try {
      const operator: unknown = this.#make(new ClockScheduler(ctx.clock))
      checkFunction(this.name, operator)
      const source = new Subject<In>()
      outputs.open((operator as OperatorFunction<In, Out>)(source))
      let ended = false
      for (;;) {
        for (let item = outputs.take(); item !== undefined; item = outputs.take()) await ctx.emit(item)
        if (outputs.isDone()) return
        if (ended) await arrivals.rest()
        else {
          const arrival = await arrivals.next()
          if (arrival === 'item') source.next(arrivals.take())
          else if (arrival === 'end') {
            ended = true
            source.complete()
          }
        }
      }
    } finally {
      outputs.close()
    }
  }
}

/** What the operator gave and nobody has taken yet. */
class Outputs<Out> {
  readonly #owner: string
  readonly #capacity: number
  readonly #rouse: () => void
  #items: Out[] = []
  #at = 0
  #completed = false
  #failure: { readonly error: unknown } | undefined
  #subscription: Subscription | undefined

  constructor(owner: string, capacity: number, rouse: () => void) {
    this.#owner = owner
    this.#capacity = capacity
    this.#rouse = rouse
  }

  open(observable: unknown): void {
    const { subscribe } = Object(observable) as { readonly subscribe?: unknown }
    if (typeof subscribe !== 'function') {
      throw new BadInputError(
        `The operator of ${this.#owner}() must give an observable, but gave ${describe(observable)}.`,
      )
    }
    this.#subscription = (observable as Observable<unknown>).subscribe({
      next: (item: unknown) => this.#push(item as Out),
      error: (error: unknown) => this.#fail(error),
      complete: () => {
        this.#completed = true
        this.#rouse()
      },
    })
  }

  #push(item: Out): void {
    if (item === undefined || this.#failure !== undefined) return
    if (this.#items.length - this.#at >= this.#capacity) {
      this.#fail(
        new BadInputError(
          `The operator of ${this.#owner}() has given ${this.#capacity} items that there was no room for yet. ` +
            'Raise capacity, or let it give less at once: flatMap() is pulled item by item.',
        ),
      )
      this.#subscription?.unsubscribe()
      return
    }
    this.#items.push(item)
    this.#rouse()
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#rouse()
  }

  take(): Out | undefined {
    if (this.#at < this.#items.length) return this.#items[this.#at++]
    this.#items = []
    this.#at = 0
    return undefined
  }

  /** Whether nothing follows what was taken. Throws what the operator failed with. */
  isDone(): boolean {
    if (this.#failure !== undefined) throw this.#failure.error
    return this.#completed
  }

  close(): void {
    this.#subscription?.unsubscribe()
    this.#items = []
  }
}
