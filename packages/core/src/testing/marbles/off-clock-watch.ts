/**
 * `OffClockWatch`: sees whether a run does anything that is not on its virtual clock. Made by `playMarbles`, for a run each.
 *
 * A virtual clock may move on only when nothing is left to do at its time. What Node's timers, files, sockets and threads bring
 * comes at no such time: whether it comes before the clock moves depends on the load of the machine. So it is noticed when it
 * is asked for, not when it comes.
 */

import { AsyncLocalStorage, createHook } from 'node:async_hooks'

/** Types of Node's asynchronous resources, by how they begin, and what a user calls them. */
const NAMES: readonly (readonly [type: RegExp, name: string])[] = [
  [/^Timeout$/, 'a timer of Node'],
  [/^(FS|FILE|DIR|STAT|BLOB)/, 'a file'],
  [/^ZLIB$/, 'compression'],
  [/^(TCP|PIPE|UDP|TLS|HTTP|JSSTREAM|GETADDR|GETNAME|QUERY)/, 'a connection'],
  [/^(WORKER|MESSAGEPORT)$/, 'a thread'],
  [/^PROCESSWRAP$/, 'a process'],
  [/REQUEST$/, 'cryptography'],
]
/** Node's calls that are done when they return, the console, and the engine's own limits: no term waits for what they use. */
const NOT_WAITED_FOR =
  /^\s+at (?:.*(?:Sync\b|\bsync[A-Z]).*\bnode:|.*\bnode:internal\/(?:console|bootstrap)\/|longTimer\b)/m
/** Frames of a stack to look at: a call of a library may be far from what it is made of. */
const STACK_FRAMES = 50

const current = new AsyncLocalStorage<OffClockWatch>()

/** One run's activity. */
export class OffClockWatch {
  /** What the run has begun that is not on its clock; `undefined` if nothing. */
  seen: string | undefined
  /** Turns of the event loop that the run has asked for and not had. */
  readonly #turns = new Set<number>()
  readonly #hook = createHook({
    init: (id, type) => {
      if (current.getStore() !== this) return
      if (type === 'Immediate') this.#turns.add(id)
      else this.seen ??= nameOf(type)
    },
    before: (id) => void this.#turns.delete(id),
    destroy: (id) => void this.#turns.delete(id),
  })

  constructor() {
    this.#hook.enable()
  }

  /** Whether the run goes on by itself, without any time passing. */
  get isBusy(): boolean {
    return this.#turns.size > 0
  }

  /** Calls what belongs to the run: it is watched, and so is all that it sets off. */
  run<Result>(work: () => Result): Result {
    return current.run(this, work)
  }

  end(): void {
    this.#hook.disable()
  }
}

function nameOf(type: string): string | undefined {
  const [, name] = NAMES.find(([pattern]) => pattern.test(type)) ?? []
  return name === undefined || NOT_WAITED_FOR.test(stack()) ? undefined : name
}

function stack(): string {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = STACK_FRAMES
  const { stack = '' } = new Error('')
  Error.stackTraceLimit = stackTraceLimit
  return stack
}
