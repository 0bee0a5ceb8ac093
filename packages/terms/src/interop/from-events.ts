/** `fromEvents`: a source of the events of an emitter. */

import { InvalidOptionError, SourceTerm } from '@millrace/core'
import { checkFunction, checkOptions } from '../check.ts'
import { checkPushOptions, type PushOptions, PushQueue } from './push-queue.ts'

/** Something that tells events: Node's `EventEmitter` and those like it, or an `EventTarget`. */
export type AnyEmitter =
  | {
      /** Begins to listen. */
      on(name: string, listener: (...args: unknown[]) => void): unknown
      /** Listens no more. */
      off(name: string, listener: (...args: unknown[]) => void): unknown
    }
  | {
      /** Begins to listen. */
      addEventListener(name: string, listener: (event: Event) => void): void
      /** Listens no more. */
      removeEventListener(name: string, listener: (event: Event) => void): void
    }

/** Options of {@link fromEvents}. */
export interface FromEventsOptions<Item> extends PushOptions {
  /** What to make of an event's arguments; `undefined` passes it over. Default: the first argument. */
  readonly item?: (...args: never[]) => Item | undefined
  /** The event that ends the stream. Default: none does. */
  readonly end?: string
}

/**
 * A source of the events `name` of an emitter or an `EventTarget`. rxjs's `fromEvent`, Node's `events.on`.
 *
 * Events cannot be held back: what comes before it is read waits, `capacity` at most, and `overflow`, which must be
 * chosen, says what becomes of more. What an overflow drops has not entered the run: the ledger does not count it. It
 * listens from when the run begins to read until the run stops, fails or needs no more; an `error` event of a Node
 * emitter fails the run. It never ends by itself unless `end` names an event. It stays on the caller's thread. Keeps
 * the order.
 *
 * @throws {InvalidOptionError} if `emitter` is none, or an option makes no sense. With `fail`, the run fails with a
 * `BadInputError` when the capacity is reached.
 *
 * @example
 * ```ts
 * import { EventEmitter } from 'node:events'
 * import { fromEvents, toArray } from 'millrace/terms'
 *
 * const sensor = new EventEmitter()
 * const readings = toArray(fromEvents<number>(sensor, 'reading', { overflow: 'dropOldest', end: 'off' }))
 * setImmediate(() => {
 *   for (const value of [20, 21]) sensor.emit('reading', value)
 *   sensor.emit('off')
 * })
 * console.log(await readings) // [ 20, 21 ]
 * ```
 */
export function fromEvents<Item = unknown>(
  emitter: AnyEmitter,
  name: string,
  options: FromEventsOptions<Item>,
): SourceTerm<Item> {
  checkOptions('fromEvents', options, { item: true, end: true, overflow: true, capacity: true })
  const checked = checkPushOptions('fromEvents', options)
  const { item, end } = options
  if (item !== undefined) checkFunction('fromEvents', item)
  for (const event of [name, end]) {
    if (event !== undefined && typeof event !== 'string') {
      throw new InvalidOptionError('An event of fromEvents()', event, 'a name')
    }
  }
  return new FromEvents(listenerOf(emitter), isNode(emitter), name, item, end, checked).local()
}

/** Listens; the returned function stops it. */
type Listen = (name: string, listener: (...args: never[]) => void) => () => void

class FromEvents<Item> extends SourceTerm<Item> {
  override name = 'fromEvents'
  override readonly live = true
  readonly #listen: Listen
  /** Whether an `error` event is a failure: that of an event target is an event like others. */
  readonly #hasErrors: boolean
  readonly #event: string
  readonly #item: ((...args: never[]) => Item | undefined) | undefined
  readonly #endEvent: string | undefined
  readonly #options: Required<PushOptions>

  constructor(
    listen: Listen,
    hasErrors: boolean,
    event: string,
    item: ((...args: never[]) => Item | undefined) | undefined,
    endEvent: string | undefined,
    options: Required<PushOptions>,
  ) {
    super()
    this.#listen = listen
    this.#hasErrors = hasErrors
    this.#event = event
    this.#item = item
    this.#endEvent = endEvent
    this.#options = options
  }

  override generate(): AsyncIterable<Item> {
    const stops: (() => void)[] = []
    const queue = new PushQueue<Item>('fromEvents', this.#options, () => {
      for (const stop of stops) stop()
    })
    const make = this.#item
    const onEvent = (...args: never[]): void => {
      try {
        queue.push(make === undefined ? (args[0] as Item) : make(...args))
      } catch (error) {
        queue.fail(error) // thrown on, it would reach the emitter, who can do nothing about it
      }
    }
    stops.push(this.#listen(this.#event, onEvent))
    if (this.#hasErrors && this.#event !== 'error') {
      stops.push(this.#listen('error', (error: unknown) => queue.fail(error)))
    }
    if (this.#endEvent !== undefined) stops.push(this.#listen(this.#endEvent, () => queue.end()))
    return queue
  }
}

function isNode(emitter: unknown): boolean {
  const { on, off } = Object(emitter) as Record<string, unknown>
  return typeof on === 'function' && typeof off === 'function'
}

function listenerOf(emitter: unknown): Listen {
  const methods = Object(emitter) as Record<string, unknown>
  const [add, remove] = (isNode(emitter) ? ['on', 'off'] : ['addEventListener', 'removeEventListener']).map(
    (name) => methods[name],
  )
  if (typeof add !== 'function' || typeof remove !== 'function') {
    throw new InvalidOptionError(
      'The emitter of fromEvents()',
      emitter,
      'an event emitter or an event target',
    )
  }
  return (name, listener) => {
    add.call(emitter, name, listener)
    return () => void remove.call(emitter, name, listener)
  }
}
