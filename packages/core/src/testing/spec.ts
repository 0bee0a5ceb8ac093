/**
 * `GraphSpec`: an acyclic graph as plain data, for tests that compare what a scheduler computes with what it should.
 *
 * Being data, a spec can be made at random, printed when a law fails, evaluated by `evaluateSpec` without any
 * engine, and sent to a worker as the parameter of a graph module. `termOfSpec` makes the term of it.
 */

/** How a source gives its items. */
export const SOURCE_FORMS = [
  'array',
  'generator',
  'asyncGenerator',
  'batches',
  'asyncBatches',
  'slowGenerator',
  'enterAndEnd',
  'class',
] as const
/** How a function of one item is written. */
export const MAP_FORMS = ['map', 'apply', 'sometimes', 'async', 'ordered', 'stream', 'expand'] as const
/** How a filter is written. */
export const FILTER_FORMS = ['filter', 'map', 'apply', 'async', 'ordered', 'stream', 'expand'] as const
/** How an expansion is written. */
export const FLAT_MAP_FORMS = [
  'array',
  'generator',
  'class',
  'emit',
  'set',
  'promise',
  'asyncGenerator',
  'asyncEmit',
  'stream',
] as const
/** How a running state is written. */
export const SCAN_FORMS = ['scan', 'apply', 'async', 'expand', 'stream'] as const
/** How a final state is written. */
export const FOLD_FORMS = ['fold', 'apply', 'async'] as const
/** How an action beside the stream is written. */
export const TAP_FORMS = ['tap', 'async'] as const

/** What a node does. `by` chooses among functions of one kind; see `values.ts`. */
export type Op =
  | {
      readonly kind: 'source'
      readonly count: number
      readonly start: number
      readonly form: (typeof SOURCE_FORMS)[number]
    }
  | { readonly kind: 'map'; readonly by: number; readonly form: (typeof MAP_FORMS)[number] }
  | { readonly kind: 'filter'; readonly by: number; readonly form: (typeof FILTER_FORMS)[number] }
  | { readonly kind: 'flatMap'; readonly by: number; readonly form: (typeof FLAT_MAP_FORMS)[number] }
  | { readonly kind: 'scan'; readonly form: (typeof SCAN_FORMS)[number] }
  | { readonly kind: 'fold'; readonly form: (typeof FOLD_FORMS)[number] }
  | { readonly kind: 'tap'; readonly form: (typeof TAP_FORMS)[number] }
  | { readonly kind: 'take'; readonly count: number }
  | { readonly kind: 'merge'; readonly tagged: boolean }

/** How a node fails, and what becomes of the items that it fails on. */
export interface Trouble {
  /** It fails on about one item of so many. */
  readonly every: number
  /** Calls on such an item that fail before one succeeds; 0: all do. */
  readonly calls: number
  /** Whether an expansion by a generator gives all its items before it fails. */
  readonly isLate: boolean
  readonly onError: 'skip' | 'fallback'
}

/** One node: reads nodes with smaller indexes. */
export interface NodeSpec {
  readonly op: Op
  /** Indexes of the nodes that are read. */
  readonly inputs: readonly number[]
  /** With several inputs: the keys of record rows (a dot nests parallels), or `undefined` for tuple rows. */
  readonly keys: readonly string[] | undefined
  /** Whether what the node gives is collected. */
  readonly sink: 'none' | 'sync' | 'async'
  /** Bound of the edges into the node. */
  readonly capacityItems: number | undefined
  /** Behind a tagged merge: the node works on `data` and keeps `name`. */
  readonly lifted?: boolean
  /** Default: it never fails. */
  readonly trouble?: Trouble
}

/** An acyclic graph. */
export interface GraphSpec {
  readonly nodes: readonly NodeSpec[]
}
