/** Terms made, composed and run in ways that make no sense, in programs that import the package. */

import {
  type AnyTerm,
  connect,
  FunctionTerm,
  graph,
  moduleTerm,
  parallel,
  run,
  StreamTerm,
  sequential,
} from 'millrace'
import {
  batch,
  countWindow,
  cron,
  csv,
  debounce,
  deduplicate,
  filter,
  flatMap,
  forEach,
  fromAsyncIterable,
  fromIterable,
  id,
  interval,
  keyedReduce,
  lines,
  map,
  mapAsync,
  merge,
  parseNdjson,
  print,
  rateLimit,
  reduce,
  scan,
  slidingWindow,
  take,
  throttle,
  toArray,
  tumblingWindow,
  walk,
  writeLines,
} from 'millrace/terms'
import type { Part, ProgramMisuse } from './misuse.ts'

/** What TypeScript would refuse, and JavaScript would not. */
const wrong = (value: unknown) => value as never

/** A call with an argument that cannot be. */
function argument(call: string, make: () => unknown, remedy: Part): ProgramMisuse {
  return {
    name: call,
    run: make,
    error: { code: 'INVALID_OPTION', place: /^[^:]*(\(|of |apacity|overflow)/, remedy },
  }
}

function program(name: string, code: string, place: Part, remedy: Part, make: () => unknown): ProgramMisuse {
  return { name, run: make, error: { code, place, remedy } }
}

const source = fromIterable([1, 2, 3])
const done = (term: AnyTerm, options = {}): Promise<unknown> => run(term as typeof source, options).done

const argumentCases: readonly ProgramMisuse[] = [
  argument('map(5)', () => map(wrong(5)), 'a function'),
  argument('filter(async)', () => filter(wrong(async () => true)), 'await in a map() before it'),
  argument(
    'reduce(async)',
    () =>
      reduce(
        wrong(async () => 1),
        wrong(0),
      ),
    'await in a map() before it',
  ),
  argument('scan()', () => scan(wrong(undefined), 0), 'a function'),
  argument('take(-1)', () => take(-1), 'a whole number, at least 0'),
  argument('take("3")', () => take(wrong('3')), 'a whole number, at least 0'),
  argument('batch(0)', () => batch(0), 'at least 1'),
  argument(
    'mapAsync with no calls at a time',
    () =>
      mapAsync(
        wrong(async () => 1),
        { concurrency: 0 },
      ),
    'at least 1',
  ),
  argument('fromIterable(5)', () => fromIterable(wrong(5)), 'an iterable'),
  argument('fromIterable(null)', () => fromIterable(wrong(null)), 'an iterable'),
  argument('fromAsyncIterable([1])', () => fromAsyncIterable(wrong(5)), 'iterable'),
  argument('lines(7)', () => lines(wrong(7)), 'a path or a file: URL'),
  argument('lines(a web address)', () => lines(new URL('https://example.org/t.txt')), 'a file: URL'),
  argument('lines in an encoding of nobody', () => lines('t.txt', { encoding: wrong('utf-9') }), 'latin1'),
  argument('csv with an empty delimiter', () => csv('t.csv', { delimiter: '' }), 'one character or more'),
  argument(
    'csv with a cast that is none',
    () => csv('t.csv', { cast: wrong('number') }),
    'a record of functions',
  ),
  argument('parseNdjson with a policy of nobody', () => parseNdjson({ invalid: wrong('ignore') }), 'skip'),
  argument('writeLines()', () => writeLines(wrong(undefined)), 'a path or a file: URL'),
  argument('walk(7)', () => walk(wrong(7)), 'a path or a file: URL'),
  argument('interval(-5)', () => interval(-5), /millisecond|above 0|at least/),
  argument('cron("every day")', () => cron(wrong('every day')), /cron|field|such as/i),
  argument('debounce(NaN)', () => debounce(Number.NaN), /millisecond|above 0|at least/),
  argument('throttle(-1)', () => throttle(wrong(-1)), /millisecond|above 0|at least/),
  argument('rateLimit with no items', () => rateLimit(wrong({ items: 0, perMs: 100 })), /at least|above/),
  argument(
    'tumblingWindow without a length',
    () => tumblingWindow(wrong({})),
    /millisecond|above 0|at least/,
  ),
  argument(
    'slidingWindow that never slides',
    () => slidingWindow(wrong({ sizeMs: 100, slideMs: 0 })),
    /millisecond|above 0|at least/,
  ),
  argument('countWindow(0)', () => countWindow(wrong(0)), /a record of size/),
  argument('countWindow of no items', () => countWindow(wrong({ size: 0 })), /at least 1/),
  argument(
    'keyedReduce without a key',
    () =>
      keyedReduce(
        wrong(undefined),
        wrong(() => 1),
        wrong(0),
      ),
    'a function',
  ),
  argument('deduplicate by a name', () => deduplicate(wrong({ key: 'id' })), 'a function'),
  argument('named("")', () => id().named(''), 'a usable port name'),
  argument('edge of no items', () => id().edge({ capacityItems: 0 }), 'at least 1, or Infinity'),
  argument('edge with a misspelt bound', () => id().edge(wrong({ capacity: 5 })), 'capacityItems'),
  argument('edge of a text', () => id().edge(wrong('fail')), 'a record of capacityItems'),
  argument('edge with a policy of nobody', () => id().edge({ overflow: wrong('drop') }), 'dropOldest'),
  argument(
    'graph without an address',
    () =>
      graph(
        wrong(() => source),
        wrong(undefined),
      ),
    'import.meta.url',
  ),
]

class Never extends StreamTerm<number, number> {
  override run(): Promise<void> {
    return new Promise(() => undefined)
  }
}

class Shared extends FunctionTerm<number, number> {
  override readonly concurrency = 2.5
  override f(item: number): number {
    return item
  }
}

const compositionCases: readonly ProgramMisuse[] = [
  program('a branch named __proto__', 'INVALID_OPTION', 'branch of parallel()', 'another name', () =>
    fromIterable([1]).parallel({ ['__proto__']: map((n: number) => n) }),
  ),
  program('pipe(a function)', 'NOT_A_TERM', 'pipe', 'map()', () => source.pipe(wrong((n: number) => n))),
  program('pipe(print) without a call', 'NOT_A_TERM', 'function print', 'print()', () =>
    source.pipe(wrong(print)),
  ),
  program('pipe of nothing', 'NOT_A_TERM', 'undefined', 'map()', () => source.pipe(wrong(undefined))),
  program('parallel()', 'EMPTY_PARALLEL', 'parallel()', 'at least one branch', () => parallel(wrong({}))),
  program('parallel with a list for a branch', 'NOT_A_TERM', 'parallel', 'fromIterable()', () =>
    parallel(wrong({ a: [1] })),
  ),
  program('sequential()', 'INVALID_OPTION', 'sequential()', 'at least 1', () =>
    (sequential as unknown as () => unknown)(),
  ),
  program('two branches of one name', 'TWO_WRITERS', '"n"', 'different names', () =>
    done(wrong(source.pipe(wrong(parallel(wrong(parallel({ n: id() })), wrong(parallel({ n: id() }))))))),
  ),
  program('named and unnamed branches', 'MIXED_PORTS', /port/, 'Name every branch', () =>
    done(wrong(source.pipe(wrong(parallel(wrong(parallel({ b: id() })), wrong(id())))))),
  ),
  program('a port that there is not', 'UNKNOWN_PORT', '"z"', '"x"', () =>
    done(connect(wrong(source.parallel({ x: id() })), wrong(id()), wrong({ output: 'z' }))),
  ),
  program('a source behind a source', 'SOURCE_WITH_INPUT', 'fromIterable', 'parallel()', () =>
    done(source.pipe(wrong(fromIterable([4])))),
  ),
  program('a term behind a sink', 'NO_OUTPUT', 'forEach', 'parallel()', () =>
    done((source.pipe(forEach(() => undefined)) as unknown as typeof source).pipe(id())),
  ),
  program('a cycle that never starts', 'CYCLE_WITHOUT_SEED', /->/, 'enter()', () => {
    const [a, b] = [map((n: number) => n).named('a'), map((n: number) => n).named('b')]
    return done(a.pipe(b, a))
  }),
  program('an open input', 'OPEN_INPUT', '"map"', 'Pipe a source into it', () => done(map((n: number) => n))),
  program('several open inputs', 'OPEN_INPUT', '"map#2"', 'Pipe a source into them', () =>
    done(parallel({ a: map((n: number) => n), b: map((n: number) => n) })),
  ),
  program('half a call at a time', 'INVALID_OPTION', 'Shared', 'at least 1', () =>
    done(source.pipe(new Shared())),
  ),
  program('an address of nothing', 'TERM_FAILED', 'no.js', /cannot be loaded/, () =>
    done(source.pipe(moduleTerm('file:///no.js'))),
  ),
  program('merge of nothing', 'OPEN_INPUT', '"merge"', 'Pipe a source', () => done(merge())),
]

const runCases: readonly ProgramMisuse[] = [
  program('run()', 'NOT_A_TERM', 'run()', 'got undefined', () => done(wrong(undefined))),
  program('run(a list)', 'NOT_A_TERM', 'run()', 'fromIterable()', () => done(wrong([1, 2]))),
  program('run(a graph module)', 'NOT_A_TERM', 'run()', 'Call the graph module', () =>
    done(wrong(graph('file:///g.js', () => source))),
  ),
  program('an option of nobody', 'INVALID_OPTION', 'unknown option worker', 'Allowed:', () =>
    done(source, { worker: 2 }),
  ),
  program('a misspelt option', 'INVALID_OPTION', 'scheduler.stategy', 'Did you mean strategy?', () =>
    done(source, { scheduler: { stategy: 'pool' } }),
  ),
  program('a strategy of nobody', 'INVALID_OPTION', 'scheduler.strategy', 'Did you mean pool?', () =>
    done(source, { scheduler: { strategy: 'pol' } }),
  ),
  program('options that are none', 'INVALID_OPTION', 'config', 'a record of options', () =>
    done(source, wrong('pool')),
  ),
  program('a signal that is none', 'INVALID_OPTION', 'signal', 'an AbortSignal', () =>
    done(source, { signal: true }),
  ),
  program('a clock that is none', 'INVALID_OPTION', 'clock', 'now(), monotonic() and after()', () =>
    done(source, { clock: Date }),
  ),
  program('figures all the time', 'INVALID_OPTION', 'statsEveryMs', 'above 0', () =>
    done(source, { statsEveryMs: 0 }),
  ),
  program('batches of no items', 'INVALID_OPTION', 'batchItems', 'at least 1', () =>
    done(source, { batchItems: 0 }),
  ),
  program('a term that is not there', 'INVALID_OPTION', 'terms.mpa', 'Did you mean map?', () =>
    done(source.pipe(map((n) => n)), { terms: { mpa: { local: true } } }),
  ),
  program(
    'more workers at least than at most',
    'INVALID_OPTION',
    'scheduler.minWorkers',
    'scheduler.workers (1)',
    () => done(source, { scheduler: { strategy: 'pool', workers: 1, minWorkers: 2 } }),
  ),
  program('a graph of no module on workers', 'NOT_A_GRAPH_MODULE', '"map"', 'export default graph', () =>
    done(source.pipe(map((n) => n)), { scheduler: { strategy: 'pool', workers: 1 } }),
  ),
  program('an output read twice', 'WRONG_STATE', '"out"', 'parallel()', () => {
    const running = run(source)
    running.output()
    return running.output()
  }),
  program('an output that there is not', 'UNKNOWN_PORT', '"x"', '"out"', () =>
    run(source).output(wrong('x')),
  ),
  program('an output read too late', 'WRONG_STATE', 'output()', 'right after run()', async () => {
    const running = run(source)
    await running.done
    return running.output()
  }),
  program(
    'the result of a sink of another run',
    'WRONG_STATE',
    /Term|forEach/,
    'no sink of this run',
    async () => (await run(source).done).result(forEach(() => undefined)),
  ),
  program('a run that was aborted before it began', 'CANCELLED', 'cancelled', 'too late', () =>
    done(source, { signal: AbortSignal.abort('too late') }),
  ),
  program('a run that is cancelled', 'CANCELLED', 'cancelled', 'enough', () => {
    const running = run(interval(5))
    running.cancel('enough')
    return running.done
  }),
  program('a cancel of what never settles', 'CANCELLED', 'cancelled', 'enough', () => {
    const running = run(fromIterable([1]).pipe(new Never()))
    setImmediate(() => running.cancel('enough'))
    return running.done
  }),
  program('toArray of a sink', 'NO_OUTPUT', 'forEach', 'parallel()', () =>
    toArray(wrong(source.pipe(forEach(() => undefined)))),
  ),
  program('a row without its names', 'TERM_FAILED', '"map" failed on item {"a":1,"b":1}', 'reading', () =>
    done(
      source.parallel({ a: id(), b: id() }).pipe(map((row) => (row as unknown as { c: { d: number } }).c.d)),
    ),
  ),
  program(
    'a filter in a later window that gives a promise',
    'TERM_FAILED',
    '"filter" failed on item 2',
    'Await in a map()',
    () => done(source.pipe(filter((n) => (n === 1 ? true : wrong(Promise.resolve(true)))))),
  ),
  program('an endless flatMap of nothing', 'TERM_FAILED', '"flatMap" failed on item 1', 'yield item', () =>
    done(
      source.pipe(
        flatMap(() => ({ [Symbol.iterator]: () => ({ next: () => wrong(7) as IteratorResult<number> }) })),
      ),
    ),
  ),
  program(
    'an async iterator that gives numbers',
    'TERM_FAILED',
    '"fromAsyncIterable" failed in generate',
    'yield item',
    () =>
      done(
        fromAsyncIterable({
          [Symbol.asyncIterator]: () => ({
            next: () => Promise.resolve(wrong(7) as IteratorResult<number>),
          }),
        }),
      ),
  ),
]

export const programCases: readonly ProgramMisuse[] = [...argumentCases, ...compositionCases, ...runCases]
