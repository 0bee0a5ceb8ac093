/**
 * Generates the loop of a fused stage: source text, one function per shape of chain. Called by `loops.ts`.
 *
 * The loop calls the chain's functions one after the other on each item, keeps scan states in local variables
 * and counts what passes. It leaves early, with a status, when something needs the engine: an error, a promise,
 * an iterable that is no array, items emitted through the context, an ended stream, a full output. What of an
 * opened array is left then goes back to the stage as a frame, so that nothing is lost and nothing is unbounded.
 *
 * Fusing by generated code: T. Neumann, "Efficiently compiling efficient query plans for modern hardware",
 * VLDB 2011.
 */

import type { KernelKind } from '../contracts.ts'

/** Why a loop came back. */
export const Status = {
  /** Input used up, or output full. */
  Normal: 0,
  /** The function of op `pc` threw `value` on `item`. */
  Failed: 1,
  /** The function of op `pc` returned the promise `value` for `item`. */
  Pending: 2,
  /** The function of op `pc` returned the iterable `value`, which is no array. */
  Iterable: 3,
  /** The function of op `pc` emitted through its context and returned `value`. */
  Emitted: 4,
} as const

/** What a loop depends on beside the functions it calls. */
export interface Shape {
  /** The kernels from the first one run to the last. */
  readonly kinds: readonly KernelKind[]
  /** Index of the first in its stage. */
  readonly first: number
  /** Where items come from: a window on an array, or an iterator. */
  readonly head: 'window' | 'iterator'
  /** Where items go: into the array `out`, or nowhere. */
  readonly tail: 'push' | 'none'
  readonly timed: boolean
  /** Whether a merge wraps its items with the name of their input. */
  readonly tagged: boolean
  /** Whether the items are outputs of the op before `first`, counted as such when they are taken. */
  readonly resumed: boolean
  /** Whether all states of scans and folds are numbers when the loop begins. */
  readonly numeric: boolean
}

/** The shape as a key: equal keys have equal loops. */
export function shapeKey(shape: Shape): string {
  const { kinds, first, head, tail, timed, tagged, resumed, numeric } = shape
  const flags = [timed && 'timed', tagged && 'tagged', resumed && 'resumed', numeric && 'numeric'].filter(
    Boolean,
  )
  return `${first} ${head} ${kinds.join(',')} ${tail} ${flags.join(' ')}`
}

/** Parameters of a generated loop, in order. */
export const PARAMETERS = ['S', 'source', 'i', 'to', 'out', 'room', 'times'] as const

/** The body of the loop function for `shape`. */
export function loopSource(shape: Shape): string {
  return new LoopWriter(shape).write()
}

const MAY_BE_PROMISE = "typeof x === 'object' ? x !== null : typeof x === 'function'"
const IS_PROMISE = `(${MAY_BE_PROMISE}) && typeof x.then === 'function'`

/** Leaves the loop if `x` is a thenable. Its `then` is read once, as the language does. */
function leaveIfPromise(k: number): string {
  return `if (${MAY_BE_PROMISE}) { const p = x.then; if (typeof p === 'function') { S.thenMethod = p; ${leave(Status.Pending, k)} } }`
}

/**
 * Leaves the loop in the middle of an item. The stage is told here, not by variables that live on behind the loop:
 * with such variables V8 keeps a scan's state boxed, at twice the cost per item.
 */
function leave(status: number, k: number): string {
  return `{ S.status = ${status}; S.pc = ${k}; S.item = v; S.value = x; i++; break outer; }`
}

class LoopWriter {
  readonly #shape: Shape
  readonly #declared: string[] = []
  readonly #loaded: string[] = []
  readonly #saved: string[] = []
  readonly #counted: string[] = []
  readonly #closed: string[] = []
  #depth = 0

  constructor(shape: Shape) {
    this.#shape = shape
  }

  write(): string {
    const { head, timed, resumed, first } = this.#shape
    if (resumed) {
      this.#declared.push('let q = 0;')
      this.#counted.push(`m -= q; S.passed = m; S.records[${first - 1}].out += m;`)
    }
    const body = `${resumed ? 'if (v === undefined) { q++; break body0; }' : ''}${this.#op(0)}`
    // a generator may emit through the context before it yields
    const emitted = resumed
      ? `if (S.contexts[${first - 1}].pending !== null) { S.status = ${Status.Emitted}; S.pc = -1; S.value = r; break outer; } `
      : ''
    const next =
      head === 'window'
        ? 'v = source[i];'
        : `pc = -1; r = source.next(); ${emitted}if (r.done) { S.exhausted = true; break; } v = r.value; if (v === undefined && typeof r !== 'object') throw S.unfit.step(r); pc = 0;`
    const time = timed ? 'time = times === undefined ? S.time : times[i];' : ''
    return `"use strict";
const begin = i;
let n = 0, pc = 0, v, x${this.#hasTake ? ', ended = -1' : ''}${head === 'iterator' ? ', r' : ''}${timed ? ', time = 0' : ''};
${this.#loaded.join('\n')}
${this.#declared.join('\n')}
try {
  outer: {
    for (; i < to; i++) {
      ${next}
      ${time}
      body0: {
${body}
      }
      ${this.#endCheck()}
    }
  }
} catch (error) {
  S.status = ${Status.Failed}; S.pc = pc; S.value = error; S.item = v;
  if (pc >= 0) i++;
}${timed ? '\nS.lastTime = time;' : ''}${this.#hasTake ? '\nif (ended >= 0) S.ended = ended;' : ''}
${this.#saved.join('\n')}
let m = i - begin;
${this.#counted.join('\n')}
${this.#closed.join('\n')}
return i;`
  }

  /** Whether an op that can end the stream lies in the chain. */
  get #hasTake(): boolean {
    return this.#shape.kinds.includes('take')
  }

  /** Behind each item, once an op has ended the stream. */
  #endCheck(): string {
    return this.#hasTake ? 'if (ended >= 0) { i++; break outer; }' : ''
  }

  #op(at: number): string {
    const kind = this.#shape.kinds[at]
    if (kind === undefined) return this.#tail()
    const k = this.#shape.first + at
    this.#loaded.push(`const f${k} = S.functions[${k}], t${k} = S.selves[${k}], c${k} = S.contexts[${k}];`)
    this.#declared.push(`let d${k} = 0;`)
    const drop = `break body${this.#depth};`
    switch (kind) {
      case 'source':
      case 'batches':
        this.#countSource(k)
        return `if (v === undefined) { d${k}++; ${drop} }\n${this.#op(at + 1)}`
      case 'merge':
        this.#count(k)
        return `${this.#shape.tagged ? 'v = { name: S.tag, data: v };' : ''}\n${this.#op(at + 1)}`
      case 'map':
      case 'apply':
        this.#count(k)
        return `pc = ${k}; ${this.#call(k, kind)}
${this.#suspend(k, kind)}
if (x === undefined) { d${k}++; ${drop} }
v = x;
${this.#op(at + 1)}`
      case 'filter':
        this.#count(k)
        return `pc = ${k}; x = f${k}(v);
if (x !== true) { if (!x) { d${k}++; ${drop} } if (${IS_PROMISE}) throw S.unfit.promise('filter', x); }
${this.#op(at + 1)}`
      case 'tap':
        this.#count(k)
        return `pc = ${k}; x = f${k}(v); ${this.#suspend(k, kind)}\n${this.#op(at + 1)}`
      case 'scan':
        this.#count(k)
        this.#keepState(k, this.#shape.numeric)
        return `pc = ${k}; ${this.#step(k, kind)} v = s${k};
if (v === undefined) { d${k}++; ${drop} }
${this.#op(at + 1)}`
      case 'fold':
        this.#countEnd(k)
        this.#keepState(k, this.#shape.numeric)
        return `pc = ${k}; ${this.#step(k, kind)}`
      case 'take':
        this.#count(k)
        this.#keepState(k)
        return `if (s${k} === 0) { ended = ${k}; d${k}++; ${drop} }
if (--s${k} === 0) ended = ${k};
${this.#op(at + 1)}`
      case 'sink':
        this.#countEnd(k)
        return `pc = ${k}; ${this.#call(k, kind)} ${this.#suspend(k, kind)}`
      case 'flatMap':
      case 'expand':
        return this.#expansion(at, k, kind)
      case 'concurrent':
      case 'stream':
        throw new TypeError(`A ${kind} kernel is never part of a loop`)
    }
  }

  #call(k: number, kind: KernelKind): string {
    if (kind === 'map' || kind === 'flatMap') return `x = f${k}(v);`
    const time = this.#shape.timed ? `c${k}.at = time; ` : ''
    return `${time}x = f${k}.call(t${k}, v, c${k});`
  }

  /** The next state. A promise is refused before it becomes one; of a number, V8 knows that it is none. */
  #step(k: number, kind: KernelKind): string {
    return `{ const x = f${k}(s${k}, v); if (${IS_PROMISE}) throw S.unfit.promise('${kind}', x); s${k} = x; }`
  }

  /** Leaves the loop for what only the engine can do: pass on what was emitted, await a promise. */
  #suspend(k: number, kind: KernelKind): string {
    const emitted = kind === 'apply' ? `if (c${k}.pending !== null) ${leave(Status.Emitted, k)}\n` : ''
    return `${emitted}${leaveIfPromise(k)}`
  }

  #expansion(at: number, k: number, kind: KernelKind): string {
    const depth = ++this.#depth
    this.#declared.push(`let a${k} = null, j${k} = 0, y${k} = 0, e${k} = 0;`)
    // an array that was cut goes back to the stage; d counts the outputs, e the inputs that gave none
    this.#saved.push(
      `if (a${k} !== null) S.save(${k}, a${k}, j${k} + 1, d${k} !== y${k}${this.#shape.timed ? ', time' : ''});`,
    )
    this.#counted.push(
      `S.records[${k}].in += m; S.records[${k}].empty += e${k}; S.records[${k}].out += d${k}; m = d${k};`,
    )
    const rest = this.#op(at + 1)
    this.#depth--
    return `pc = ${k}; ${this.#call(k, kind)}
${kind === 'expand' ? `if (c${k}.pending !== null) ${leave(Status.Emitted, k)}` : ''}
if (!Array.isArray(x)) { ${leaveIfPromise(k)} ${leave(Status.Iterable, k)} }
a${k} = x; y${k} = d${k};
for (j${k} = 0; j${k} < a${k}.length; j${k}++) {
  body${depth}: {
    v = a${k}[j${k}];
    if (v === undefined) break body${depth};
    d${k}++;
    ${rest}
  }
  ${this.#endCheck()}
}
a${k} = null; if (d${k} === y${k}) e${k}++;`
  }

  #tail(): string {
    const time = this.#shape.timed ? 'S.outTimes[n] = time; ' : ''
    switch (this.#shape.tail) {
      case 'push':
        return `${time}out[n++] = v; if (n >= room) { i++; break outer; }`
      case 'none':
        return ''
    }
  }

  /**
   * Keeps a state in a local variable while the loop runs. A number is read through a typed array, which tells V8 that
   * it is one: it then keeps it unboxed, where it would otherwise allocate at each item.
   */
  #keepState(k: number, isNumber = false): void {
    this.#loaded.push(
      isNumber ? `S.cell[0] = c${k}.state; let s${k} = S.cell[0];` : `let s${k} = c${k}.state;`,
    )
    this.#closed.push(`c${k}.state = s${k};`)
  }

  /** What reaches op k goes on, less what it dropped and what is suspended in it. */
  #count(k: number): void {
    this.#counted.push(
      `S.records[${k}].in += m; m -= d${k}; if (S.status !== 0 && S.pc === ${k}) m--; S.records[${k}].out += m;`,
    )
  }

  #countSource(k: number): void {
    this.#counted.push(`m -= d${k}; S.records[${k}].born += m; S.records[${k}].out += m;`)
  }

  #countEnd(k: number): void {
    this.#counted.push(`S.records[${k}].in += m; m = 0;`)
  }
}
