// Every error of the catalogue: its code, what it says was seen, and what it says to do.

import { expect, test } from 'vitest'
import * as catalogue from './errors.ts'
import * as ofProcess from './process-errors.ts'
import * as ofTesting from './testing/errors.ts'

const errors = { ...catalogue, ...ofProcess, ...ofTesting }

const {
  BadInputError,
  WouldReplaceError,
  NotReplayableError,
  ChangedFileError,
  InUseError,
  StrictError,
  CallLostError,
  CallTimeoutError,
  CancelledError,
  CircuitOpenError,
  CleanUpTimeoutError,
  CycleWithoutSeedError,
  DamagedCheckpointsError,
  describe: describeValue,
  EmptyParallelError,
  InvalidOptionError,
  InvalidParametersError,
  messageOf,
  MillraceError,
  MixedPortsError,
  NondeterministicBuilderError,
  NoOutputError,
  NothingPendingError,
  NotATermError,
  NoTermBuiltError,
  NotCheckpointedError,
  NotCloneableError,
  NotSavedError,
  UnknownClassError,
  OffClockError,
  OpenInputError,
  OtherGraphError,
  OtherMarblesError,
  OverflowError,
  PolicyRefusedError,
  RunWhileLoadingError,
  SourceWithInputError,
  StallError,
  TermError,
  TimeoutUnenforceableError,
  TooManyFailuresError,
  TwoWritersError,
  UiError,
  UncaughtError,
  UnknownParameterError,
  UnreadLettersError,
  UnreadOutputError,
  UnknownPortError,
  WrongStateError,
} = errors

const cause = new Error('the cause')

const CASES: readonly (readonly [Error, string, readonly string[]])[] = [
  [
    new NothingPendingError('The term "t"'),
    'NOTHING_PENDING',
    ['The term "t" waits for a promise', 'no timer, file or'],
  ],
  [
    new UncaughtError(cause, 'uncaughtException'),
    'UNCAUGHT',
    ['thrown where nobody', 'the cause', 'Catch it'],
  ],
  [
    new UiError('127.0.0.1:80', cause),
    'UI_UNAVAILABLE',
    ['served at 127.0.0.1:80: the cause', 'Choose another port or host'],
  ],
  [new UncaughtError(cause, 'unhandledRejection'), 'UNCAUGHT', ['was rejected: the cause', 'Await it']],
  [new UnreadLettersError(), 'UNREAD_LETTERS', ['its dead letters to be read', 'leave deadLetters() out']],
  [new UnreadOutputError(['a', 'b']), 'UNREAD_OUTPUT', ['waits for "a", "b" to be read', 'run.output()']],
  [new StrictError('t', 'it changed its item'), 'NOT_STRICT', ['"t" breaks a rule', 'it changed its item']],
  [
    new InUseError('The folder f', { pid: 7 }, 'f/lock', false),
    'IN_USE',
    ['The folder f is in use by a run in process 7', 'Wait until'],
  ],
  [
    new InUseError('The folder f', { pid: 7, host: 'h' }, 'f/lock', true),
    'IN_USE',
    ['process 7 on h', 'remove f/lock'],
  ],
  [new ChangedFileError('f', 'has 3 bytes'), 'CHANGED_FILE', ['The file f', 'it has 3 bytes', 'Put it back']],
  [new NotReplayableError('fileTail', true), 'NOT_REPLAYABLE', ['fileTail()', 'checkpoints know its place']],
  [
    new NotReplayableError('cron', false),
    'NOT_REPLAYABLE',
    ['cron()', 'Write what it gives to a file first'],
  ],
  [
    new WouldReplaceError([['writeLines', 'a.txt']]),
    'WOULD_REPLACE',
    ['"writeLines" would replace a.txt', '--overwrite'],
  ],
  [new RunWhileLoadingError('u'), 'RUN_WHILE_LOADING', ['u was loaded', 'isMain(import.meta.url)']],
  [new CleanUpTimeoutError('exit of "t"', 5), 'CLEANUP_TIMEOUT', ['exit of "t"', '5 ms', 'cleanupTimeoutMs']],
  [
    new UnknownParameterError('graph(u)', 'traget', 30, 'target', ['target']),
    'UNKNOWN_PARAMETER',
    ['graph(u) has no parameter "traget" (30)', 'Did you mean target?'],
  ],
  [
    new InvalidParametersError('graph(u)', [InvalidParametersError.line('n', 'x', 'must be a number')]),
    'INVALID_PARAMETER',
    ['graph(u): The parameter "n" must be a number, but is "x".'],
  ],
  [new NotATermError([1], 'pipe()'), 'NOT_A_TERM', ['pipe()', '[1]', 'fromIterable()']],
  [new NotATermError(Math.abs, 'pipe()'), 'NOT_A_TERM', ['function abs', 'map()']],
  [
    new NotATermError(
      Object.assign(() => 1, { url: 'u' }),
      'run()',
    ),
    'NOT_A_TERM',
    ['module(params)'],
  ],
  [
    new NoTermBuiltError(undefined, 'u', false),
    'NOT_A_TERM',
    ['graph(u)', 'undefined', 'or return the term'],
  ],
  [new NoTermBuiltError(Promise.resolve(), 'u', true), 'NOT_A_TERM', ['a promise', 'await in the module']],
  [new EmptyParallelError(), 'EMPTY_PARALLEL', ['at least one branch']],
  [
    new TwoWritersError('x', 'a', 'b', 'c'),
    'TWO_WRITERS',
    ['"x" of c', 'a and b', 'parallel({ name: term })'],
  ],
  [new UnknownPortError('t', 'z', ['x', 'y']), 'UNKNOWN_PORT', ['t has no output port "z"', '"x", "y"']],
  [new UnknownPortError('t', 'z', []), 'UNKNOWN_PORT', ['It has: none']],
  [new MixedPortsError('x', 'b'), 'MIXED_PORTS', ['"x"', 'b', 'Name every branch']],
  [new SourceWithInputError('a', 's'), 'SOURCE_WITH_INPUT', ['a cannot be piped into s', 'parallel()']],
  [new NoOutputError('sink', 'b'), 'NO_OUTPUT', ['sink has no output to pipe into b']],
  [new CycleWithoutSeedError(['a', 'b']), 'CYCLE_WITHOUT_SEED', ['a -> b -> a', 'enter()', 'merge()']],
  [new OpenInputError(['"a"']), 'OPEN_INPUT', ['"a" has no input', 'Pipe a source into it']],
  [new OpenInputError(['"a"', '"b"']), 'OPEN_INPUT', ['"a", "b" have no input', 'into them']],
  [
    new NondeterministicBuilderError('u', '1', '2'),
    'NONDETERMINISTIC_BUILDER',
    ['graph(u)', 'first 1, then 2'],
  ],
  [
    new InvalidOptionError('size', -1, 'at least 1'),
    'INVALID_OPTION',
    ['size must be at least 1, but is -1'],
  ],
  [new TermError('t', 'item', cause, { a: 1 }), 'TERM_FAILED', ['"t" failed on item {"a":1}: the cause']],
  [new TermError('t', 'enter', cause), 'TERM_FAILED', ['"t" failed in enter: the cause']],
  [
    new PolicyRefusedError('t', 'circuit', 'there is none'),
    'POLICY_REFUSED',
    ['policy of "t"', 'circuit: there is none'],
  ],
  [
    new TimeoutUnenforceableError('t', 5),
    'TIMEOUT_UNENFORCEABLE',
    ['"t" has timeoutMs 5', 'Declare it async'],
  ],
  [new CallTimeoutError('t', 5), 'CALL_TIMEOUT', ['"t" had not ended after 5 ms', 'Raise timeoutMs']],
  [
    new TooManyFailuresError('t', 2, 16),
    'TOO_MANY_FAILURES',
    ['"t" failed on 2 of 16 items (12.5 %)', 'actShare'],
  ],
  [new CircuitOpenError('t', 2, 50), 'CIRCUIT_OPEN', ['"t" was not tried', '2 items within 50 ms']],
  [new OverflowError('a', 'b', 7), 'EDGE_OVERFLOW', ['a -> b is full (7 items)', 'capacityItems']],
  [new CallLostError('t', cause), 'CALL_LOST', ['"t" ended its worker', 'the cause', 'native code']],
  [
    new StallError(['a waits'], ['a', 'b'], 9),
    'STALLED',
    ['Nothing can move: a waits', 'up to 9 items', 'merge()'],
  ],
  [new CancelledError('why'), 'CANCELLED', ['cancelled: "why"']],
  [new CancelledError(undefined), 'CANCELLED', ['The run was cancelled.']],
  [new WrongStateError('not now'), 'WRONG_STATE', ['not now']],
  [
    new NotCheckpointedError(['"a" is one.', 'b', 'c', 'd', 'e', 'f']),
    'NOT_CHECKPOINTED',
    ['"a" is one.', 'And 1 more'],
  ],
  [
    new NotCloneableError(
      'its result: item',
      { path: '.f', what: 'a function', remedy: '' },
      'Give plain data.',
    ),
    'NOT_CLONEABLE',
    ['its result: item.f is a function', 'Give plain data'],
  ],
  [
    new UnknownClassError('Money', ['file:///a.ts']),
    'UNKNOWN_CLASS',
    ['class Money', 'file:///a.ts', 'items: [Money]'],
  ],
  [
    new NotSavedError('the state of "a"', 'f could not be cloned'),
    'NOT_SAVED',
    ['the state of "a" cannot be saved (f could not be cloned)', 'plain data'],
  ],
  [new OtherGraphError('d', 'graph', '1', '2'), 'OTHER_GRAPH', ['in d', 'has 1 where this one has 2']],
  [new OtherGraphError('d', 'stages', '1', '2'), 'OTHER_GRAPH', ['under the strategy', 'begin anew']],
  [
    new DamagedCheckpointsError('d', ['2: torn', '1: torn']),
    'DAMAGED_CHECKPOINTS',
    ['in d', '2: torn; 1: torn', 'begin anew'],
  ],
  [new BadInputError('no such file'), 'BAD_INPUT', ['no such file']],
  [new OffClockError(undefined), 'OFF_CLOCK', ["is not on the run's clock. Wait with ctx.sleep()"]],
  [
    new OffClockError('a file'),
    'OFF_CLOCK',
    ["still waits for something that is not on the run's clock: a file."],
  ],
  [
    new OtherMarblesError(['expected  a|', 'but got   b|']),
    'OTHER_MARBLES',
    ['Other marbles than expected:\n  expected  a|\n  but got   b|'],
  ],
]

test.each(CASES)('%s', (error, code, parts) => {
  expect(error).toBeInstanceOf(MillraceError)
  expect(error).toMatchObject({ code, name: error.constructor.name })
  for (const part of parts) expect(error.message).toContain(part)
})

test('every error class of the catalogue is covered here', () => {
  const classes = Object.values(errors).filter(
    (value) => typeof value === 'function' && value.prototype instanceof MillraceError,
  )
  const covered = new Set(CASES.map(([error]) => error.constructor))
  expect(classes.filter((each) => !covered.has(each as never)).map(({ name }) => name)).toEqual([])
})

test('what an error stands for is kept', () => {
  const error = new TermError('t', 'item', cause, 5)
  expect([error.cause, error.term, error.phase, error.item]).toEqual([cause, 't', 'item', 5])
  expect(new StallError([], ['a', 'b'], 1).cycle).toEqual(['a', 'b'])
  expect(new CancelledError(cause).cause).toBe(cause)
  expect('cause' in new CancelledError(undefined)).toBe(false)
})

test('values are described shortly, whatever they are', () => {
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const throwing = {
    toJSON() {
      throw new Error('no')
    },
  }
  expect([undefined, null, 1, 10n, 'a"b', Symbol('s'), () => 1].map(describeValue)).toEqual([
    'undefined',
    'null',
    '1',
    '10n',
    '"a\\"b"',
    'Symbol(s)',
    'function (anonymous)',
  ])
  expect([circular, throwing, { n: 10n }, new Uint8Array(3), new Error('e')].map(describeValue)).toEqual([
    '[object Object]',
    '[object Object]',
    '{"n":"10n"}',
    'Uint8Array(3 bytes)',
    'Error: e',
  ])
  for (const long of ['x'.repeat(1e6), new Array(1e5).fill('item'), { a: { b: 'y'.repeat(1e6) } }]) {
    expect(describeValue(long).length).toBeLessThanOrEqual(120)
  }
  expect([messageOf(new Error('m')), messageOf(new TypeError('')), messageOf('text')]).toEqual([
    'm',
    'TypeError',
    '"text"',
  ])
})
