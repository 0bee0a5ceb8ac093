/** Modules that export no graph, cannot be loaded, or do something while they are. */

import { graphOf, numbers } from './graphs.ts'
import type { CliMisuse, Files, Part } from './misuse.ts'

/** `millrace run` of a module that cannot be run. */
function refused(
  name: string,
  module: string | undefined,
  place: Part,
  remedy: Part,
  more: Partial<CliMisuse> & { readonly code?: string } = {},
): CliMisuse {
  const { code = 'BAD_INPUT', args = ['run', 'g.mjs'], ...rest } = more
  const files: Files = { ...(module === undefined ? {} : { [args[1] as string]: module }), ...more.files }
  return { name, args, ...rest, files, error: { code, exit: 2, place, remedy } }
}

/** A graph module that says what its parameters are. */
function declared(params: string, term: string): string {
  return graphOf(term).replace('(params)', `{ params: { ${params} } }, (params)`)
}

const typescript = ['run', 'g.ts']
const write = 'Write: export default graph(import.meta.url, (params) => term)'

export const moduleCases: readonly CliMisuse[] = [
  refused('no default export', 'export const numbers = 1\n', 'g.mjs', /It exports: numbers.*export default/),
  refused('an empty module', '', 'g.mjs', write),
  refused('a record for a graph', 'export default { source: 1 }\n', 'g.mjs', write),
  refused('a function for a graph', 'export default () => 1\n', 'g.mjs', write),
  refused('a promise of a graph', 'export default Promise.resolve(1)\n', 'g.mjs', /await/),
  refused('a builder that gives nothing', graphOf('{ fromIterable([1]) }'), 'g.mjs', /return/, {
    code: 'NOT_A_TERM',
  }),
  refused(
    'a builder that is async',
    graphOf('fromIterable([1])').replace('(params) =>', 'async (params) =>'),
    'g.mjs',
    /synchronous|await/,
    { code: 'NOT_A_TERM' },
  ),
  refused('a builder that throws', graphOf('{ throw new Error("no luck") }'), 'g.mjs:3', 'no luck'),
  refused('a builder that throws a text', graphOf('{ throw "no luck" }'), 'g.mjs', 'no luck'),
  refused('a builder that throws nothing', graphOf('{ throw null }'), 'g.mjs', 'null'),
  refused(
    'a module that runs its graph itself',
    `${graphOf('fromIterable([1]).pipe(print())').replace('export default', 'const job =')}
import { run } from 'millrace'
export default job
await run(job({}), { scheduler: { strategy: 'pool' } }).done
console.log('charged the customer')
`,
    'g.mjs',
    'isMain(import.meta.url)',
    { code: 'RUN_WHILE_LOADING' },
  ),
  refused(
    'a module that imports a program',
    `import './program.mjs'\n${graphOf('fromIterable([1]).pipe(print())')}`,
    'g.mjs',
    'isMain(import.meta.url)',
    {
      code: 'RUN_WHILE_LOADING',
      files: {
        'program.mjs':
          "import { fromIterable, toArray } from 'millrace/terms'\nconsole.log(await toArray(fromIterable([1])))\n",
      },
    },
  ),
  refused(
    'a builder without its parameter',
    graphOf('fromIterable(params.list.split(","))'),
    'g.mjs:3',
    'no --param was given',
  ),
  refused(
    'graph() without an address',
    "import { graph } from 'millrace'\nexport default graph(() => 1)\n",
    'g.mjs:2',
    'import.meta.url',
    { code: 'INVALID_OPTION' },
  ),
  refused(
    'graph() without a builder',
    "import { graph } from 'millrace'\nexport default graph(import.meta.url)\n",
    'g.mjs:2',
    'a function that returns a term',
    { code: 'INVALID_OPTION' },
  ),
  refused(
    'a builder that gives another graph each time',
    `let n = 0\n${graphOf('n++ === 0 ? fromIterable([1]).pipe(map((x) => x)) : fromIterable([1]).pipe(print())')}`,
    'g.mjs',
    'nothing but its parameters',
    { code: 'NONDETERMINISTIC_BUILDER' },
  ),
  refused(
    'parameters for a term',
    "import { fromIterable } from 'millrace/terms'\nexport default fromIterable([1])\n",
    'g.mjs',
    write,
    { args: ['run', 'g.mjs', '-p', 'n=1'] },
  ),
  refused(
    'a parameter with a slip in its name',
    graphOf('fromIterable([target])').replace('(params)', '({ target = 30 })'),
    /g\.mjs.*"traget" \("30"\)/,
    'Did you mean target?',
    { code: 'UNKNOWN_PARAMETER', args: ['run', 'g.mjs', '-p', 'traget=30'] },
  ),
  refused(
    'a parameter for a graph that has none',
    graphOf('fromIterable([1])').replace('(params)', '()'),
    '"n" ("1")',
    'Its parameters: none',
    { code: 'UNKNOWN_PARAMETER', args: ['graph', 'g.mjs', '-p', 'n=1'] },
  ),
  refused(
    'a text where a number is declared',
    declared('count: Number', 'fromIterable([params.count])'),
    /g\.mjs.*"count" must be a number/,
    'but is "three"',
    { code: 'INVALID_PARAMETER', args: ['run', 'g.mjs', '-p', 'count=three'] },
  ),
  refused(
    'a declared parameter that is not given',
    declared('count: Number', 'fromIterable([params.count])'),
    '"count" must be a number',
    'but was not given',
    { code: 'INVALID_PARAMETER' },
  ),
  refused(
    'a name that is not declared',
    declared('count: 3', 'fromIterable([params.count])'),
    '"cuont" ("3")',
    'Did you mean count?',
    { code: 'UNKNOWN_PARAMETER', args: ['run', 'g.mjs', '-p', 'cuont=3'] },
  ),
  refused(
    'a declaration that says nothing',
    declared('count: null', 'fromIterable([1])'),
    '"count"',
    'declared as Number, String',
    { code: 'INVALID_OPTION' },
  ),
  {
    name: 'a number as text where a number is declared',
    args: ['run', 'g.mjs', '-p', 'count=3', '-q'],
    files: { 'g.mjs': declared('count: Number', 'fromIterable([params.count + 1]).pipe(print())') },
    stdout: '4\n',
  },
  refused(
    'a syntax error in TypeScript',
    'export const a = 1\nexport default 1 +* 2\n',
    'g.ts:2',
    'Unexpected "*"',
    { args: typescript },
  ),
  refused(
    'a syntax error in JavaScript',
    'export const a = 1\nexport default 1 +* 2\n',
    'g.mjs:2',
    'Unexpected token',
  ),
  refused('a module that ends too early', 'export default {\n', 'g.mjs', 'Unexpected end of input'),
  refused('an import of a file that is not there', "import './nowhere.ts'\n", 'g.ts', /nowhere\.ts/, {
    args: typescript,
  }),
  refused(
    'an import of a package that is not there',
    "import 'millrace-extras'\n",
    'g.mjs',
    /millrace-extras.*(npm install|installed)/,
  ),
  refused(
    'an import of a name that is not there',
    "import { fromArray } from 'millrace/terms'\nexport default 1\n",
    'g.mjs:1',
    'fromArray',
  ),
  refused('require in an ES module', "const m = require('millrace')\n", 'g.mjs:1', 'import'),
  refused('import in a CommonJS module', "import { graph } from 'millrace'\n", 'g.cjs', /import/, {
    args: ['run', 'g.cjs'],
  }),
  refused(
    'a module that throws',
    'function fail() {\n  throw new Error("not today")\n}\nexport default fail()\n',
    'g.mjs:2',
    'not today',
  ),
  refused('a module that throws a text', 'throw "not today"\n', 'g.mjs', 'not today'),
  refused(
    'a module that throws a frozen error',
    'throw Object.freeze(new Error("not today"))\n',
    'g.mjs:1',
    'not today',
  ),
  refused(
    'a module whose await rejects',
    'await Promise.reject(new Error("no such host"))\n',
    'g.mjs:1',
    'no such host',
  ),
  refused(
    'a module whose await never settles',
    'await new Promise(() => {})\nexport default 1\n',
    'g.mjs',
    /await/,
    { code: 'NOTHING_PENDING', alone: 'it is found out when Node is about to exit' },
  ),
  refused('a module that ends the process', 'process.exit(0)\n', 'g.mjs', /process\.exit/, {
    code: 'PROCESS_EXIT',
    alone: 'it ends the process',
  }),
  refused(
    'a promise that nobody waits for rejects',
    'Promise.reject(new Error("forgotten"))\nawait new Promise((done) => setTimeout(done, 20))\n',
    'g.mjs:1',
    /forgotten/,
    { code: 'UNCAUGHT', alone: 'it ends the process' },
  ),
  refused(
    'a timer of the module throws',
    `setTimeout(() => {\n  throw new Error('too late')\n})\nawait new Promise((done) => setTimeout(done, 20))\n`,
    'g.mjs:2',
    /too late/,
    { code: 'UNCAUGHT', alone: 'it ends the process' },
  ),
  refused('a module that is not there', undefined, 'graf.mjs', 'Did you mean graph.mjs?', {
    args: ['run', 'graf.mjs'],
    files: { 'graph.mjs': numbers },
  }),
  refused('a folder for a module', undefined, 'folder', 'is no file', {
    args: ['run', 'folder'],
    files: { 'folder/graph.mjs': numbers },
  }),
  refused('a text for a module', 'to be or not to be', 'g.txt', 'its name must end in .ts', {
    args: ['run', 'g.txt'],
  }),
  refused('a picture for a module', '\u0000\u0001\u0002', 'g.mjs', /Invalid|token/),
  refused('an empty name', undefined, '""', 'name', { args: ['run', ''], files: {} }),
]
