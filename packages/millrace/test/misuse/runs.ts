/** Runs that go wrong half-way: functions, sources and sinks that throw or never settle, signals, readers that leave. */

import { graphOf, mapping } from './graphs.ts'
import type { CliMisuse, Part } from './misuse.ts'

/** A run of this module fails; what was printed before is there. */
function failing(
  name: string,
  module: string,
  place: Part,
  remedy: Part,
  more: Partial<CliMisuse> & { readonly code?: string; readonly exit?: 0 | 1 | 2 } = {},
): CliMisuse {
  const { code = 'TERM_FAILED', exit = 1, args = [], files, ...rest } = more
  return {
    name,
    args: ['run', 'g.mjs', ...args],
    ...rest,
    files: { 'g.mjs': module, ...files },
    error: { code, exit, place, remedy },
  }
}

const printed = { stdout: '1\n2\n3\n' }
const throwing = (thrown: string): string => mapping(`(n) => { if (n === 4) throw ${thrown}; return n }`)
const ends = 'it ends the process'

/** A class of the user's own in place of a leaf. */
function leafOf(kind: string, body: string, after: string): string {
  return `import { graph, ${kind} } from 'millrace'
import { fromIterable, map, print } from 'millrace/terms'
class Own extends ${kind} { ${body} }
export default graph(import.meta.url, () => ${after})
`
}

export const runCases: readonly CliMisuse[] = [
  failing(
    'a function that throws',
    throwing('new Error("no such order")'),
    /"map" failed on item 4.*\n\s+at g\.mjs:3/,
    'no such order',
    printed,
  ),
  failing(
    'a function that throws a text',
    throwing('"no luck"'),
    '"map" failed on item 4',
    'no luck',
    printed,
  ),
  failing('a function that throws null', throwing('null'), '"map" failed on item 4', 'null', printed),
  failing(
    'a function that throws a frozen error',
    throwing('Object.freeze(new Error("ice"))'),
    '"map" failed on item 4',
    'ice',
    printed,
  ),
  failing(
    'an error that causes itself',
    throwing('(() => { const e = new Error("egg"); e.cause = e; return e })()'),
    '"map" failed on item 4',
    'egg',
    printed,
  ),
  failing(
    'an error whose message throws',
    throwing('Object.defineProperty(new Error(), "message", { get() { throw new Error("inner") } })'),
    '"map" failed on item 4',
    'an error whose message cannot be read',
    printed,
  ),
  failing(
    'an error with a message of a megabyte',
    throwing('new Error("x".repeat(1e6))'),
    '"map" failed on item 4',
    /^.{0,3000}$/m,
    printed,
  ),
  failing(
    'an error of many lines',
    throwing('new Error("one\\n    at two\\nthree")'),
    '"map" failed on item 4',
    'one at two three',
    printed,
  ),
  failing(
    'a function that calls itself for ever',
    mapping('function f(n) { return n < 4 ? n : f(n) }'),
    '"map" failed on item 4',
    'Maximum call stack',
    printed,
  ),
  failing(
    'a promise that rejects',
    mapping('async (n) => { if (n === 4) throw new Error("no such host"); return n }'),
    '"map" failed on item 4',
    'no such host',
    printed,
  ),
  failing(
    'a promise that never settles',
    mapping('(n) => n < 4 ? n : new Promise(() => {})'),
    '"map"',
    /promise/,
    { ...printed, code: 'NOTHING_PENDING', alone: ends },
  ),
  failing(
    'a generator that throws half-way',
    graphOf(
      'fromIterable(function* () { yield 1; yield 2; yield 3; throw new Error("torn") }).pipe(print())',
    ),
    /"fromIterable" failed in generate.*\n\s+at g\.mjs:3/,
    'torn',
    printed,
  ),
  failing(
    'an async generator that throws half-way',
    graphOf(
      'fromAsyncIterable(async function* () { yield 1; yield 2; yield 3; throw new Error("torn") }).pipe(print())',
      'fromAsyncIterable, print',
    ),
    '"fromAsyncIterable" failed in generate',
    'torn',
    printed,
  ),
  failing(
    'a source that gives no iterable',
    leafOf('SourceTerm', 'generate() { return 5 }', 'new Own().pipe(print())'),
    '"Own"',
    'iterable',
  ),
  failing(
    'a source whose iterator gives numbers',
    leafOf(
      'SourceTerm',
      'generate() { return { [Symbol.iterator]: () => ({ next: () => 5 }) } }',
      'new Own().pipe(print())',
    ),
    '"Own"',
    /iterator|next/,
  ),
  failing(
    'a batch source that gives single items',
    leafOf('BatchSourceTerm', '*batches() { yield 5 }', 'new Own().pipe(print())'),
    '"Own"',
    'arrays of items',
  ),
  failing(
    'enter rejects',
    leafOf(
      'FunctionTerm',
      'async enter() { throw new Error("no key") } f(n) { return n }',
      'fromIterable([1]).pipe(new Own(), print())',
    ),
    '"Own" failed in enter',
    'no key',
  ),
  failing(
    'exit throws',
    leafOf(
      'FunctionTerm',
      'exit() { throw new Error("cannot close") } f(n) { return n }',
      'fromIterable([1, 2, 3]).pipe(new Own(), print())',
    ),
    '"Own" failed in exit',
    'cannot close',
    printed,
  ),
  failing(
    'exit throws after the function did',
    leafOf(
      'FunctionTerm',
      'exit() { throw new Error("cannot close") } f(n) { if (n > 3) throw new Error("first"); return n }',
      'fromIterable([1, 2, 3, 4]).pipe(new Own(), print())',
    ),
    '"Own" failed on item 4',
    'first',
    printed,
  ),
  failing(
    'a sink that throws',
    leafOf(
      'SinkTerm',
      'write(n) { if (n > 3) throw new Error("full") }',
      'fromIterable([1, 2, 3, 4]).pipe(print(), new Own())',
    ),
    '"Own" failed on item 4',
    'full',
    { stdout: /^1\n2\n3\n/ },
  ),
  failing(
    'a sink whose result throws',
    leafOf(
      'SinkTerm',
      'write() {} result() { throw new Error("no sum") }',
      'fromIterable([1, 2, 3]).pipe(print(), new Own())',
    ),
    '"Own" failed in end',
    'no sum',
    printed,
  ),
  failing(
    'a sink without write',
    leafOf('SinkTerm', '', 'fromIterable([1]).pipe(new Own())'),
    '"Own"',
    'write',
    { code: 'INVALID_OPTION', exit: 2 },
  ),
  failing(
    'a function term without f',
    leafOf('FunctionTerm', '', 'fromIterable([1]).pipe(new Own())'),
    '"Own"',
    /\bf\b/,
    { code: 'INVALID_OPTION', exit: 2 },
  ),
  failing(
    'a source without generate',
    leafOf('SourceTerm', '', 'new Own().pipe(print())'),
    '"Own"',
    'generate',
    { code: 'INVALID_OPTION', exit: 2 },
  ),
  failing(
    'a stream term without run',
    leafOf('StreamTerm', '', 'fromIterable([1]).pipe(new Own())'),
    '"Own"',
    'run',
    { code: 'INVALID_OPTION', exit: 2 },
  ),
  failing(
    'a filter that gives a promise',
    graphOf('fromIterable([1, 2]).pipe(filter((n) => Promise.resolve(n > 1)), print())'),
    '"filter" failed on item 1',
    /await|synchronous/,
  ),
  failing(
    'a reduction that gives a promise',
    graphOf(
      'fromIterable([1, 2]).pipe(reduce((a, n) => Promise.resolve(n), 0), print())',
      'fromIterable, reduce, print',
    ),
    '"reduce"',
    /await|synchronous/,
  ),
  failing(
    'a flatMap that gives a number',
    graphOf('fromIterable([1]).pipe(flatMap((n) => n), print())', 'fromIterable, flatMap, print'),
    '"flatMap" failed on item 1',
    'iterable',
  ),
  failing(
    'a diamond that filters one side',
    graphOf(
      'fromIterable(function* () { for (let i = 0; i < 1000; i++) yield i }).parallel({ all: map((n) => n), few: filter((n) => n < 0) }).pipe(print())',
    ),
    /map|filter/,
    'merge()',
    {
      code: 'STALLED',
      args: ['-c', 'c.json'],
      files: { 'c.json': '{ "edges": { "capacityItems": 4 }, "growthLimitItems": 16 }' },
    },
  ),
  failing(
    'a full edge that may not be',
    graphOf(
      'fromIterable([1, 2, 3, 4, 5, 6]).pipe(map(async (n) => n).edge({ capacityItems: 1, overflow: "fail" }))',
    ),
    'fromIterable -> map',
    'Raise capacityItems',
    { code: 'EDGE_OVERFLOW' },
  ),
  failing(
    'an item whose text throws',
    graphOf('fromIterable([{ get x() { throw new Error("closed") } }]).pipe(map((n) => n.x))'),
    '"map" failed on item',
    'closed',
  ),
  failing(
    'an item of a hundred thousand levels',
    graphOf(
      'fromIterable([(() => { let a = []; for (let i = 0; i < 100000; i++) a = [a]; return a })()]).pipe(map((n) => n.x.y))',
    ),
    '"map" failed on item',
    "reading 'y'",
  ),
  failing(
    'a function that ends the process',
    mapping('(n) => n < 4 ? n : process.exit(0)'),
    /"map" failed on item 4.*\n\s+at g\.mjs:3/,
    'throw an error instead',
    { ...printed, alone: ends },
  ),
  failing(
    'a timer that throws',
    mapping(
      'async (n) => { if (n === 4) { setTimeout(() => { throw new Error("too late") }); await new Promise((done) => setTimeout(done, 1000)) } return n }',
    ),
    'g.mjs:3',
    'too late',
    { ...printed, code: 'UNCAUGHT', alone: ends },
  ),
  failing(
    'a promise that nobody waits for rejects',
    mapping(
      'async (n) => { if (n === 4) { Promise.reject(new Error("forgotten")); await new Promise((done) => setTimeout(done, 1000)) } return n }',
    ),
    'g.mjs:3',
    'forgotten',
    {
      ...printed,
      code: 'UNCAUGHT',
      args: ['-s', 's.json'],
      kept: { 's.json': /"outcome": "failed"/ },
      alone: ends,
    },
  ),
  failing(
    'a module term that is not there',
    `import { moduleTerm } from 'millrace'\nimport { fromIterable, print } from 'millrace/terms'\nexport default fromIterable([1]).pipe(moduleTerm(new URL('./no.mjs', import.meta.url)), print())\n`,
    'no.mjs',
    /Cannot find module/,
  ),
  failing(
    'a module term without that export',
    `import { moduleTerm } from 'millrace'\nimport { fromIterable, print } from 'millrace/terms'\nexport default fromIterable([1]).pipe(moduleTerm(new URL('./f.mjs', import.meta.url), { export: 'g' }), print())\n`,
    'f.mjs',
    'It exports: f',
    { files: { 'f.mjs': 'export const f = (n) => n\n' } },
  ),
  failing(
    'a timer that is left running',
    `setInterval(() => {}, 1000)\n${graphOf('fromIterable([1, 2, 3]).pipe(print())')}`,
    'a timer',
    'Close it in exit()',
    { ...printed, code: 'LEFT_OPEN', exit: 0, alone: 'it is ended after two seconds' },
  ),
  failing(
    'a disk that is full when the summary is written',
    graphOf('fromIterable([1, 2, 3]).pipe(print())'),
    's.json',
    'too large',
    {
      ...printed,
      code: 'BAD_INPUT',
      args: ['-s', 's.json'],
      files: { 's.json': 'old' },
      kept: { 's.json': 'old' },
      limit: '-f 1',
      alone: 'the limit is one of the process',
    },
  ),
  {
    name: 'streams of unequal length side by side',
    args: ['run', 'g.mjs', '-s', 's.json'],
    files: {
      'g.mjs': `import { parallel } from 'millrace'\n${graphOf('parallel({ a: fromIterable([1, 2, 3]), b: fromIterable([1]) }).pipe(map(({ a, b }) => a + b), print())')}`,
    },
    stdout: '2\n',
    kept: { 's.json': /"unmatched": 2/ },
    error: { code: 'UNMATCHED', exit: 0, place: 'map 2', remedy: 'filter before a fork' },
  },
  {
    name: 'a table without a row, where that is to fail the command',
    args: ['run', 'g.mjs', '--fail-on', 'unmatched'],
    files: {
      'g.mjs': `import { parallel } from 'millrace'\n${graphOf('parallel({ items: fromIterable([1, 2]), table: fromIterable([1]) }).pipe(enrich({ key: { items: (n) => n, table: (n) => n } }))', 'enrich, fromIterable')}`,
    },
    error: { code: 'UNMATCHED', exit: 1, place: 'enrich 1', remedy: 'kind: "left"' },
  },
  {
    name: 'a payment that belongs to no order',
    args: ['run', 'g.mjs', '-s', 's.json'],
    files: {
      'g.mjs': `import { parallel } from 'millrace'\n${graphOf('parallel({ left: fromIterable([1, 2]), right: fromIterable([2, 9]) }).pipe(intervalJoin({ toMs: 0, time: { left: (n) => n, right: (n) => n }, key: { left: (n) => n, right: (n) => n } }), print())', 'fromIterable, intervalJoin, print')}`,
    },
    stdout: '{ left: 2, right: 2 }\n',
    kept: { 's.json': /"unmatched": 2/ },
    error: { code: 'UNMATCHED', exit: 0, place: 'intervalJoin 2', remedy: 'kind: "left"' },
  },
  {
    name: 'a full edge that drops',
    args: ['run', 'g.mjs'],
    files: {
      'g.mjs': graphOf('fromIterable([1, 2, 3, 4]).pipe(map(async (n) => n).edge({ overflow: "latest" }))'),
    },
    error: { code: 'DROPPED', exit: 0, place: 'fromIterable -> map 3', remedy: 'capacityItems' },
  },
  {
    name: 'a reader that leaves',
    args: ['run', 'g.mjs', '-s', 's.json'],
    files: {
      'g.mjs': graphOf('fromIterable(function* () { for (let i = 0; ; i++) yield i }).pipe(print())'),
    },
    stdout: /^0\n1\n/,
    kept: { 's.json': /"outcome": "stopped"/ },
    act: { after: '2\n', does: 'closeStdout', exit: 0 },
    alone: 'its output is closed',
  },
  {
    name: 'Ctrl-C',
    args: ['run', 'g.mjs', '-s', 's.json'],
    files: { 'g.mjs': graphOf('interval(5).pipe(print())', 'interval, print') },
    stdout: /^\d+\n/,
    kept: { 's.json': /"outcome": "stopped"/ },
    act: { after: '2\n', does: 'SIGINT', exit: 0 },
    alone: 'it gets a signal',
  },
  {
    name: 'a terminate twice, while nothing answers',
    args: ['run', 'g.mjs', '-s', 's.json'],
    files: {
      'g.mjs': graphOf(
        'fromIterable([1]).pipe(print(), map(() => new Promise((done) => setTimeout(done, 60_000))))',
      ),
    },
    stdout: '1\n',
    kept: { 's.json': /"outcome": "cancelled"/ },
    act: { after: '1\n', does: 'SIGTERM twice', exit: 143 },
    alone: 'it gets a signal',
  },
  {
    name: 'a terminal that goes away twice, while a file is written and a program runs',
    args: ['run', 'g.mjs', '-s', 's.json'],
    files: {
      'g.mjs': graphOf(
        "fromIterable([1]).pipe(print(), map(String), exec('sh', ['-c', 'trap \"\" TERM; sleep 60 & wait'], { killAfterMs: 20 }), writeLines('out.txt'))",
        'fromIterable, map, print, exec, writeLines',
      ),
    },
    stdout: '1\n',
    kept: { 's.json': /"outcome": "cancelled"/ },
    absent: ['out.txt'],
    act: { after: '1\n', does: 'SIGHUP twice', exit: 129 },
    alone: 'it gets a signal',
  },
  {
    name: 'Ctrl-C twice',
    args: ['run', 'g.mjs', '-s', 's.json'],
    files: {
      'g.mjs': graphOf(
        'fromIterable([1, 2, 3]).pipe(print(), map(() => new Promise((done) => setTimeout(done, 60_000))))',
      ),
    },
    stdout: /^1\n/,
    kept: { 's.json': /"outcome": "cancelled"/ },
    act: { after: '1\n', does: 'SIGINT twice', exit: 130 },
    alone: 'it gets a signal',
  },
]
