/**
 * The catalogue of errors: a class per kind, each with a `code` in capitals, what was seen and what to do.
 *
 * Every layer throws from here; nothing is matched by message.
 */

/**
 * Base of all errors that Millrace raises itself.
 *
 * @example
 * ```ts
 * import { MillraceError, run } from 'millrace'
 * import { fromIterable, map } from 'millrace/terms'
 *
 * const broken = fromIterable(['{}', 'no JSON']).pipe(map((text) => JSON.parse(text)))
 * await run(broken).done.catch((error: MillraceError) => {
 *   console.log(error.code, error.cause instanceof SyntaxError) // TERM_FAILED true
 * })
 * ```
 */
export class MillraceError extends Error {
  /** Stable identifier of the kind, in capitals. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    // a bundler puts an underscore before the name of a class that speaks of itself
    this.name = new.target.name.replace(/^_/, '')
    this.code = code
  }
}

/** A value was composed that is not a term. Code `NOT_A_TERM`. */
export class NotATermError extends MillraceError {
  constructor(value: unknown, where: string) {
    super('NOT_A_TERM', `${where} takes terms, but got ${describe(value)}. ${termFor(value)}`)
  }
}

function termFor(value: unknown): string {
  if (typeof value === 'function' && 'url' in value)
    return 'Call the graph module with its parameters: module(params).'
  const isMaker = typeof value === 'function' && value.length === 0 && value.name !== ''
  const call = isMaker ? `Call ${value.name}() if it makes a term. ` : ''
  return `${call}Wrap a function with map(), filter() or forEach(), a list with fromIterable().`
}

/** The builder of a graph module gave no term. Code `NOT_A_TERM`. */
export class NoTermBuiltError extends MillraceError {
  constructor(value: unknown, where: string, isLate: boolean) {
    super(
      'NOT_A_TERM',
      `The builder of graph(${where}) must return a term, but gave ${isLate ? 'a promise' : describe(value)}. ` +
        (isLate
          ? 'It is synchronous: await in the module, before graph(), or in the enter() of a term.'
          : 'Write (params) => term, or return the term.'),
    )
  }
}

/** `parallel` was called without a branch. Code `EMPTY_PARALLEL`. */
export class EmptyParallelError extends MillraceError {
  constructor() {
    super('EMPTY_PARALLEL', 'parallel() needs at least one branch.')
  }
}

/** Two branches write one port name. Code `TWO_WRITERS`. */
export class TwoWritersError extends MillraceError {
  constructor(port: string, first: string, second: string, reader?: string) {
    super(
      'TWO_WRITERS',
      `Two writers of port "${port}"${reader === undefined ? '' : ` of ${reader}`}: ${first} and ${second}. ` +
        'Give the branches different names, with parallel({ name: term }) or term.named(name).',
    )
  }
}

/** A port name that the term does not have. Code `UNKNOWN_PORT`. */
export class UnknownPortError extends MillraceError {
  constructor(term: string, port: string, ports: readonly string[]) {
    super(
      'UNKNOWN_PORT',
      `${term} has no output port "${port}". It has: ${ports.length === 0 ? 'none' : ports.map((p) => `"${p}"`).join(', ')}.`,
    )
  }
}

/** Positional and named branches meet in one `parallel`. Code `MIXED_PORTS`. */
export class MixedPortsError extends MillraceError {
  constructor(named: string, positional: string) {
    super(
      'MIXED_PORTS',
      `parallel() got the named port "${named}" beside the unnamed output of ${positional}. ` +
        'Name every branch: parallel({ name: term }).',
    )
  }
}

/** A source, or a composition that starts with one, was given an input. Code `SOURCE_WITH_INPUT`. */
export class SourceWithInputError extends MillraceError {
  constructor(writer: string, source: string) {
    super(
      'SOURCE_WITH_INPUT',
      `${writer} cannot be piped into ${source}: a source takes no input. Put it beside it with parallel().`,
    )
  }
}

/** A term without outputs was piped into another. Code `NO_OUTPUT`. */
export class NoOutputError extends MillraceError {
  constructor(sink: string, reader: string) {
    super('NO_OUTPUT', `${sink} has no output to pipe into ${reader}. Put it beside it with parallel().`)
  }
}

/** A cycle into which no item can ever come. Code `CYCLE_WITHOUT_SEED`. */
export class CycleWithoutSeedError extends MillraceError {
  constructor(nodes: readonly string[]) {
    super(
      'CYCLE_WITHOUT_SEED',
      `The cycle ${[...nodes, nodes[0]].join(' -> ')} can never start: each of its terms waits for another. ` +
        'Let one of them emit a first item in enter(), or join the feedback with merge().',
    )
  }
}

/** A term that takes an input has none. Code `OPEN_INPUT`. */
export class OpenInputError extends MillraceError {
  constructor(terms: readonly string[]) {
    super(
      'OPEN_INPUT',
      `${terms.join(', ')} ${terms.length === 1 ? 'has' : 'have'} no input. Pipe a source into ${terms.length === 1 ? 'it' : 'them'} before running.`,
    )
  }
}

/** A builder gave two different graphs for the same parameters. Code `NONDETERMINISTIC_BUILDER`. */
export class NondeterministicBuilderError extends MillraceError {
  constructor(where: string, first: string, second: string) {
    super(
      'NONDETERMINISTIC_BUILDER',
      `The builder of graph(${where}) gave two different graphs for the same parameters: first ${first}, then ` +
        `${second}. Workers build the graph anew, so it may depend on nothing but its parameters.`,
    )
  }
}

/** A module that was loaded for its graph starts a run itself. Code `RUN_WHILE_LOADING`. */
export class RunWhileLoadingError extends MillraceError {
  constructor(url: string) {
    super(
      'RUN_WHILE_LOADING',
      `${url} was loaded for its graph, as workers and the command do, and it, or a module that it imports, called run(): ` +
        'the whole program would run once more each time. Put the graph into a module of its own; or let only the program ' +
        'itself run it: if (isMain(import.meta.url)) { … }. What the module does before that was done again, too.',
    )
  }
}

/** The process is about to end while a run waits for its outputs to be read. Code `UNREAD_OUTPUT`. */
export class UnreadOutputError extends MillraceError {
  constructor(names: readonly string[]) {
    const shown = names.map((name) => `"${name}"`).join(', ')
    super(
      'UNREAD_OUTPUT',
      `The run waits for ${shown} to be read, and nothing is left that could read it. Read an output that was asked for, ` +
        'for await (const item of run.output()), before or while done is awaited; or leave output() out.',
    )
  }
}

/** The process is about to end while a run waits for its dead letters to be read. Code `UNREAD_LETTERS`. */
export class UnreadLettersError extends MillraceError {
  constructor() {
    super(
      'UNREAD_LETTERS',
      'The run waits for its dead letters to be read, and nothing is left that could read them. Read them, for await (const ' +
        'letter of run.deadLetters()), before or while done is awaited; or leave deadLetters() out: then they are counted ' +
        'and told by the event "deadLetter".',
    )
  }
}

/** Clean-up that has not ended in its time. Code `CLEANUP_TIMEOUT`. */
export class CleanUpTimeoutError extends MillraceError {
  constructor(what: string, timeoutMs: number) {
    super(
      'CLEANUP_TIMEOUT',
      `${what} has not settled ${timeoutMs} ms after it was called; the run has ended without it. Let it settle, or raise ` +
        'the option cleanupTimeoutMs.',
    )
  }
}

/** An option or argument outside of what is allowed. Code `INVALID_OPTION`. */
export class InvalidOptionError extends MillraceError {
  constructor(option: string, seen: unknown, allowed: string) {
    super('INVALID_OPTION', `${option} must be ${allowed}, but is ${describe(seen)}.`)
  }
}

/** A parameter that nothing of the graph module reads. Code `UNKNOWN_PARAMETER`. */
export class UnknownParameterError extends MillraceError {
  constructor(
    where: string,
    name: string,
    seen: unknown,
    near: string | undefined,
    known: readonly string[],
  ) {
    const meant = near === undefined ? '' : ` Did you mean ${near}?`
    super(
      'UNKNOWN_PARAMETER',
      `${where} has no parameter ${JSON.stringify(name)} (${describe(seen)}).${meant} ` +
        `Its parameters: ${known.length === 0 ? 'none' : known.join(', ')}. ` +
        'One that is read later, or in another function, has to be declared in the option params of graph().',
    )
  }
}

/** Parameters of a graph module that are missing or make no sense. Code `INVALID_PARAMETER`. */
export class InvalidParametersError extends MillraceError {
  constructor(where: string, lines: readonly string[], cause?: unknown) {
    super('INVALID_PARAMETER', `${where}: ${lines.join(' ')}`, cause === undefined ? undefined : { cause })
  }

  /** What is said of one parameter. */
  static line(name: string, seen: unknown, says: string): string {
    const subject = name === '' ? 'The parameters' : `The parameter ${JSON.stringify(name)}`
    const given = seen === undefined ? 'but was not given' : `but is ${describe(seen)}`
    return `${subject} ${says}, ${given}.`
  }
}

/** A term does something that would give another answer elsewhere. Code `NOT_STRICT`; the run has `strict: true`. */
export class StrictError extends MillraceError {
  constructor(term: string, what: string, cause?: unknown) {
    const why = cause === undefined ? '' : ` (${messageOf(cause)})`
    super(
      'NOT_STRICT',
      `"${term}" breaks a rule of the road: ${what}${why}. Give new items, and keep plain data in ctx.state that nothing else holds.`,
      cause === undefined ? undefined : { cause },
    )
  }
}

/** A term failed on an item. Code `TERM_FAILED`; `cause` is the original error. */
export class TermError extends MillraceError {
  /** Id of the node that failed. */
  readonly term: string
  /** What the term was doing: `item`, `enter`, `end`, `exit`, `generate`, `fallback`. */
  readonly phase: string
  /** The item at hand, if any. */
  readonly item: unknown

  constructor(term: string, phase: string, cause: unknown, item?: unknown) {
    const on = phase === 'item' ? ` on item ${describe(item)}` : ` in ${phase}`
    super('TERM_FAILED', `Term "${term}" failed${on}: ${messageOf(cause)}`, { cause })
    this.term = term
    this.phase = phase
    this.item = item
  }
}

/**
 * A value cannot go where it has to go without losing something. Code `NOT_CLONEABLE`; comes as the `cause` of a `TermError`.
 *
 * docs/values.md lists what travels.
 */
export class NotCloneableError extends MillraceError {
  /** Where in the value, such as `.rows[3].onDone`; empty for the value itself. */
  readonly path: string

  /** @param whose what cannot be done with what, such as "its result cannot be sent to another thread: item" */
  constructor(whose: string, { path, what, remedy }: NotCarried, instead: string) {
    super('NOT_CLONEABLE', `${whose}${path} is ${what}. ${remedy === '' ? '' : `${remedy} Or: `}${instead}`)
    this.path = path
  }
}

interface NotCarried {
  readonly path: string
  readonly what: string
  readonly remedy: string
}

/** An object came whose class is not registered where it arrived. Code `UNKNOWN_CLASS`. */
export class UnknownClassError extends MillraceError {
  constructor(name: string, urls: readonly string[]) {
    super(
      'UNKNOWN_CLASS',
      `An object of class ${name} came, which is not registered here. It was registered by ${urls.join(', ')}: name it in ` +
        'the options of each graph module that is to have such objects: graph(import.meta.url, { items: ' +
        `[${name}] }, build).`,
    )
  }
}

/** A failure policy that its term cannot keep. Code `POLICY_REFUSED`. */
export class PolicyRefusedError extends MillraceError {
  constructor(term: string, option: string, why: string) {
    super('POLICY_REFUSED', `The failure policy of "${term}" cannot be kept: ${option}: ${why}.`)
  }
}

/** A time limit on a function that nothing can interrupt. Code `TIMEOUT_UNENFORCEABLE`. */
export class TimeoutUnenforceableError extends MillraceError {
  constructor(term: string, timeoutMs: number) {
    super(
      'TIMEOUT_UNENFORCEABLE',
      `"${term}" has timeoutMs ${timeoutMs}, but runs where nothing can interrupt a function that is not ` +
        "declared async: on the caller's thread, or on a worker that could not begin anew. Declare it async, or run " +
        'the graph under pool or work-stealing, or take the limit away.',
    )
  }
}

/** A call took longer than its term's `timeoutMs`. Code `CALL_TIMEOUT`; comes as the `cause` of a `TermError`. */
export class CallTimeoutError extends MillraceError {
  constructor(term: string, timeoutMs: number) {
    super(
      'CALL_TIMEOUT',
      `A call of "${term}" had not ended after ${timeoutMs} ms. Raise timeoutMs, or have the function heed ctx.signal.`,
    )
  }
}

/** An item was not tried, because its term had failed too often. Code `CIRCUIT_OPEN`. */
export class CircuitOpenError extends MillraceError {
  constructor(term: string, failures: number, windowMs: number) {
    super(
      'CIRCUIT_OPEN',
      `"${term}" was not tried: it had failed on ${failures} items within ${windowMs} ms. It is tried again after a while.`,
    )
  }
}

/** A term failed on too many of its items, and the run was stopped for it. Code `TOO_MANY_FAILURES`. */
export class TooManyFailuresError extends MillraceError {
  constructor(term: string, failed: number, taken: number) {
    super(
      'TOO_MANY_FAILURES',
      `"${term}" failed on ${failed} of ${taken} items (${((100 * failed) / taken).toFixed(1)} %). Look at the dead letters, or ` +
        'raise failureRate.actShare.',
    )
  }
}

/** An edge with `overflow: 'fail'` was full. Code `EDGE_OVERFLOW`. */
export class OverflowError extends MillraceError {
  constructor(from: string, to: string, capacityItems: number) {
    super(
      'EDGE_OVERFLOW',
      `The edge ${from} -> ${to} is full (${capacityItems} items) and its overflow policy is "fail". ` +
        'Raise capacityItems, or choose "block" or one of the drop policies.',
    )
  }
}

/** A call took its worker with it, each time it was made. Code `CALL_LOST`; `cause` is what the worker died of. */
export class CallLostError extends MillraceError {
  constructor(term: string, cause: unknown) {
    super(
      'CALL_LOST',
      `A call of "${term}" ended its worker, each time it was made: ${messageOf(cause).replace(/\.$/, '')}. ` +
        'Look at what it does with this item: native code, memory, errors in timers and promises.',
      { cause },
    )
  }
}

/** Nothing can move any more. Code `STALLED`; `cycle` lists the terms that wait for each other. */
export class StallError extends MillraceError {
  /** Ids of the terms of the wait cycle, in order. */
  readonly cycle: readonly string[]

  constructor(waits: readonly string[], cycle: readonly string[], limitItems: number) {
    super(
      'STALLED',
      `Nothing can move: ${waits.join('; ')}. Edges were grown up to ${limitItems} items. ` +
        'Often one side of a diamond filters: filter before the fork, or join with merge().',
    )
    this.cycle = cycle
  }
}

/** The run was cancelled. Code `CANCELLED`; `cause` is the reason given. */
export class CancelledError extends MillraceError {
  constructor(reason: unknown) {
    super(
      'CANCELLED',
      `The run was cancelled${reason === undefined ? '' : `: ${messageOf(reason)}`}.`,
      reason === undefined ? undefined : { cause: reason },
    )
  }
}

/** Something was asked for in a wrong order. Code `WRONG_STATE`. */
export class WrongStateError extends MillraceError {
  constructor(message: string) {
    super('WRONG_STATE', message)
  }
}

/** A file or module does not hold what was asked of it. Code `BAD_INPUT`. */
export class BadInputError extends MillraceError {
  constructor(message: string, options?: ErrorOptions) {
    super('BAD_INPUT', message, options)
  }
}

/** Who holds what is in use. */
export interface InUseBy {
  readonly pid: number
  readonly host?: string
  /** ISO time. */
  readonly since?: string
}

/**
 * A file or folder that a run is to write belongs to another run, which has not ended. Code `IN_USE`.
 *
 * `holder` says which process it is.
 */
export class InUseError extends MillraceError {
  readonly holder: InUseBy

  constructor(what: string, holder: InUseBy, lock: string, isElsewhere: boolean) {
    const { pid, host, since } = holder
    const place = isElsewhere ? ` on ${host ?? 'another machine'}` : pid === process.pid ? ' (this one)' : ''
    const remedy = isElsewhere
      ? `Whether it still runs cannot be seen from here: if it does not, remove ${lock}.`
      : 'Wait until that has ended, or name another place.'
    super(
      'IN_USE',
      `${what} is in use by a run in process ${pid}${place}${since === undefined ? '' : ` since ${since}`}. ${remedy}`,
    )
    this.holder = holder
  }
}

/** A file that a run goes on reading is not what it was when the checkpoint was taken. Code `CHANGED_FILE`. */
export class ChangedFileError extends MillraceError {
  constructor(path: string, how: string) {
    super(
      'CHANGED_FILE',
      `The file ${path} is not what it was when the checkpoint was taken: it ${how}. Put it back as it was, or remove the ` +
        'checkpoint to begin again with what it holds now.',
    )
  }
}

/** A source that gives other items each time was told that it replays them. Code `NOT_REPLAYABLE`. */
export class NotReplayableError extends MillraceError {
  constructor(source: string, knowsItsPlace: boolean) {
    const remedy = knowsItsPlace
      ? 'Leave replays() out: checkpoints know its place.'
      : 'Leave replays() out: a run with it takes no checkpoints. Write what it gives to a file first, and read that.'
    super(
      'NOT_REPLAYABLE',
      `${source}() gives other items each time that it is begun, so replays() cannot be true of it. ${remedy}`,
    )
  }
}

/** A replay would put its few results in the place of those of the run before. Code `WOULD_REPLACE`. */
export class WouldReplaceError extends MillraceError {
  constructor(files: readonly (readonly [term: string, file: string])[]) {
    const shown = files.map(([term, file]) => `"${term}" would replace ${file}`).join(', ')
    super(
      'WOULD_REPLACE',
      `${shown}: what an earlier run wrote there would be lost, for the results of the replayed items alone. Write to ` +
        'another file, or say overwrite: true (--overwrite).',
    )
  }
}

/** Terms of a graph cannot go on from a checkpoint. Code `NOT_CHECKPOINTED`. */
export class NotCheckpointedError extends MillraceError {
  constructor(reasons: readonly string[]) {
    const shown = reasons.slice(0, 5).join(' ')
    const more = reasons.length > 5 ? ` And ${reasons.length - 5} more.` : ''
    super('NOT_CHECKPOINTED', `No checkpoints can be taken of this run: ${shown}${more}`)
  }
}

/** Something that a checkpoint should hold cannot be cloned. Code `NOT_SAVED`. */
export class NotSavedError extends MillraceError {
  constructor(what: string, why: string, remedy = '') {
    super(
      'NOT_SAVED',
      `No checkpoint could be taken: ${what} cannot be saved (${why}). ${remedy === '' ? '' : `${remedy} Or: `}Keep to plain data.`,
    )
  }
}

/** The checkpoints in a place are of another graph, or of one that was cut otherwise. Code `OTHER_GRAPH`. */
export class OtherGraphError extends MillraceError {
  constructor(place: string, what: 'graph' | 'stages', saved: string, here: string) {
    const remedy =
      what === 'graph'
        ? 'Run the graph that it is of'
        : 'Run it under the strategy that it was begun with, with the same terms kept on the caller'
    super(
      'OTHER_GRAPH',
      `The checkpoint in ${place} is of another run: it has ${saved} where this one has ${here}. ${remedy}, or ` +
        'remove the checkpoint to begin anew.',
    )
  }
}

/** There are checkpoints, and none can be read. Code `DAMAGED_CHECKPOINTS`. */
export class DamagedCheckpointsError extends MillraceError {
  constructor(place: string, damaged: readonly string[]) {
    super(
      'DAMAGED_CHECKPOINTS',
      `No checkpoint in ${place} can be read: ${damaged.join('; ')}. Remove them to begin anew.`,
    )
  }
}

/**
 * The message of anything that was thrown. Never throws.
 *
 * @example
 * ```ts
 * import { messageOf } from 'millrace'
 *
 * console.log(messageOf(new Error('no room')), messageOf({ code: 7 })) // no room {"code":7}
 * ```
 */
export function messageOf(thrown: unknown): string {
  try {
    // what is thrown may be anything, also an error whose message is none
    if (thrown instanceof Error) return String(thrown.message || thrown.name)
  } catch {
    return 'an error whose message cannot be read'
  }
  return describe(thrown)
}

const MAX_DESCRIPTION = 120

/**
 * A value in at most some 120 characters, for messages. Never throws.
 *
 * @example
 * ```ts
 * import { describe } from 'millrace'
 *
 * console.log(describe('text'), describe([1, 2]), describe(7n)) // "text" [1,2] 7n
 * ```
 */
export function describe(value: unknown): string {
  let text: string
  try {
    text = describeWhole(value)
  } catch {
    return `a value that cannot be read, of type ${typeof value}`
  }
  return text.length > MAX_DESCRIPTION ? `${text.slice(0, MAX_DESCRIPTION - 1)}…` : text
}

function describeWhole(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.slice(0, MAX_DESCRIPTION))
    case 'function':
      return `function ${value.name || '(anonymous)'}`
    case 'bigint':
      return `${value}n`
    case 'object':
      return value === null ? 'null' : describeObject(value)
    default:
      return String(value)
  }
}

function describeObject(value: object): string {
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value.byteLength} bytes)`
  if (value instanceof Error) return `${value.name}: ${value.message}`
  let room = MAX_DESCRIPTION * 2
  try {
    const text = JSON.stringify(value, (_key, part: unknown) => {
      room -= 8
      if (room < 0) return undefined
      if (typeof part === 'bigint') return `${part}n`
      if (typeof part === 'string') {
        room -= part.length
        return part.length > MAX_DESCRIPTION ? `${part.slice(0, MAX_DESCRIPTION)}…` : part
      }
      return part
    })
    if (text !== undefined) return text
  } catch {
    // a cycle, a throwing getter or toJSON: the class name still says something
  }
  return Object.prototype.toString.call(value)
}
