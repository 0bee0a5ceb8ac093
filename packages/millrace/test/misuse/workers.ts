/** What only goes wrong on workers: modules that they cannot load, items that they cannot be sent, terms that end them. */

import { graphOf, mapping } from './graphs.ts'
import type { CliMisuse, Part } from './misuse.ts'

/** A run under this strategy fails. */
function failing(
  name: string,
  strategy: string,
  module: string,
  place: Part,
  remedy: Part,
  more: Partial<CliMisuse> & { readonly code?: string; readonly exit?: 1 | 2 } = {},
): CliMisuse {
  const { code = 'TERM_FAILED', exit = 1, args = [], files, ...rest } = more
  return {
    name: `${name} (${strategy})`,
    args: ['run', 'g.mjs', '--strategy', strategy, '--workers', '2', ...args],
    stdout: /^(\d\n)*$/,
    ...rest,
    files: { 'g.mjs': module, ...files },
    error: { code, exit, place, remedy },
  }
}

const closure = `import { fromIterable, map, print } from 'millrace/terms'
const two = 2
export default fromIterable([1, 2, 3]).pipe(map((n) => n * two), print())
`
const only = (text: string): string =>
  `import { isMainThread } from 'node:worker_threads'\nif (!isMainThread) ${text}\n${mapping('(n) => n')}`
const giving = (value: string): string =>
  graphOf(
    `fromIterable([1, 2, 3, 4]).pipe(map((n) => (n === 4 ? ${value} : n)), map((x) => x), forEach(() => {}).local())`,
  )
const taking = (value: string): string =>
  graphOf(`fromIterable(() => [${value}]).pipe(map((x) => typeof x), print())`)
const strategies = ['dedicated', 'pool', 'work-stealing', 'hybrid'] as const

export const workerCases: readonly CliMisuse[] = [
  failing('a graph of no module', 'pool', closure, '"map"', 'export default graph(import.meta.url', {
    code: 'NOT_A_GRAPH_MODULE',
  }),
  failing('a graph of no module', 'dedicated', closure, '"map"', 'export default graph(import.meta.url', {
    code: 'NOT_A_GRAPH_MODULE',
  }),
  ...strategies.map((strategy) =>
    failing(
      'a function that throws',
      strategy,
      mapping('(n) => { if (n === 4) throw new Error("no such order"); return n }'),
      /"map" failed on item 4.*\n\s+at g\.mjs:3/,
      'no such order',
    ),
  ),
  failing(
    'a function that throws null',
    'pool',
    mapping('(n) => { if (n === 4) throw null; return n }'),
    '"map" failed on item 4',
    'null',
  ),
  failing(
    'an error that cannot be sent',
    'pool',
    mapping(
      '(n) => { if (n === 4) throw Object.assign(new Error("odd"), { f() {}, cause: () => {} }); return n }',
    ),
    '"map" failed on item 4',
    'odd',
  ),
  failing(
    'an error that causes itself',
    'pool',
    mapping('(n) => { if (n === 4) { const e = new Error("egg"); e.cause = e; throw e } return n }'),
    '"map" failed on item 4',
    'egg',
  ),
  failing(
    'a function that ends its worker',
    'pool',
    mapping('(n) => { if (n === 4) process.exit(0); return n }'),
    '"map"',
    'process.exit',
  ),
  failing(
    'a function that ends its worker',
    'dedicated',
    mapping('(n) => { if (n === 4) process.exit(0); return n }'),
    '"map"',
    'process.exit',
  ),
  failing(
    'a timer of a worker throws',
    'pool',
    mapping(
      '(n) => { if (n === 4) setTimeout(() => { throw new Error("too late") }); return new Promise((done) => setTimeout(() => done(n), 50)) }',
    ),
    '"map" failed on item 4',
    /too late.*Look at/,
  ),
  failing('a function for a result', 'pool', giving('() => 1'), '"map', /function.*local\(\)/),
  failing('a symbol for a result', 'pool', giving('Symbol("x")'), '"map', /symbol.*local\(\)/),
  failing('a proxy for a result', 'work-stealing', giving('new Proxy({}, {})'), '"map', 'local()'),
  failing('a WeakMap for a result', 'pool', giving('new WeakMap()'), '"map', 'local()'),
  failing('a promise in a result', 'dedicated', giving('{ later: Promise.resolve(1) }'), '"map', 'local()'),
  failing(
    'a function for an item',
    'pool',
    taking('() => 1'),
    '"map" failed on item function',
    /plain data.*local\(\)/,
  ),
  failing('a symbol for an item', 'dedicated', taking('Symbol("x")'), '"fromIterable"', /clone|local\(\)/),
  failing(
    'a getter that throws',
    'pool',
    taking('{ get x() { throw new Error("closed") } }'),
    'item.x',
    /closed.*local\(\)/,
  ),
  failing(
    'an object with private fields',
    'pool',
    `class Point { #x = 1; norm() { return this.#x } }\n${taking('new Point()').replace('typeof x', 'x.norm()')}`,
    '"map" failed on item',
    /an object of class Point.*(Register|plain data)/,
  ),
  failing(
    'a module that throws on workers',
    'pool',
    only('throw new Error("no window")'),
    'g.mjs',
    'no window',
    { code: 'BAD_INPUT' },
  ),
  failing(
    'a module that throws on workers',
    'dedicated',
    only('throw new Error("no window")'),
    'g.mjs',
    'no window',
    { code: 'BAD_INPUT' },
  ),
  failing('a module that ends workers', 'pool', only('process.exit(0)'), 'g.mjs', 'process.exit', {
    code: 'PROCESS_EXIT',
  }),
  failing('a module that ends workers', 'work-stealing', only('process.exit(0)'), 'g.mjs', 'process.exit', {
    code: 'PROCESS_EXIT',
  }),
  failing(
    'another graph on workers',
    'pool',
    `import { isMainThread } from 'node:worker_threads'\n${graphOf('fromIterable([1]).pipe(isMainThread ? map((n) => n) : filter((n) => n), print())')}`,
    'g.mjs',
    'nothing but its parameters',
    { code: 'GRAPH_MISMATCH' },
  ),
  failing(
    'an address that leads nowhere',
    'pool',
    mapping('(n) => n').replace('import.meta.url', "'file:///no/where.mjs'"),
    'no/where.mjs',
    /import\.meta\.url|no such file|Cannot find/,
    { code: 'BAD_INPUT' },
  ),
  failing(
    'an address of another module',
    'pool',
    mapping('(n) => n').replace('import.meta.url', "new URL('./h.mjs', import.meta.url).href"),
    'h.mjs',
    'export default graph(import.meta.url',
    { code: 'BAD_INPUT', files: { 'h.mjs': 'export const x = 1\n' } },
  ),
  {
    name: 'a hundred thousand workers (pool)',
    args: ['run', 'g.mjs', '--strategy', 'pool', '--workers', '100000'],
    files: { 'g.mjs': mapping('(n) => n') },
    stdout: '1\n2\n3\n4\n5\n6\n',
    // it goes on with the threads that there are, and says so
    error: { exit: 0, code: 'health yellow', place: 'threads missing', remedy: /[1-9]\d* denied/ },
    alone: 'its workers are to be gone when it ends',
  },
]
