/** Config files that say nothing that makes sense, or cannot be read. */

import { numbers } from './graphs.ts'
import type { CliMisuse, Files, Part } from './misuse.ts'

/** `millrace run` with this config. */
function refused(
  name: string,
  file: string,
  content: string | Uint8Array,
  place: Part,
  remedy: Part,
  more: Partial<CliMisuse> & { readonly code?: string; readonly files?: Files } = {},
): CliMisuse {
  const { code = 'BAD_INPUT', files, ...rest } = more
  return {
    name,
    args: ['run', 'g.mjs', '-c', file],
    ...rest,
    files: { 'g.mjs': numbers, [file]: content, ...files },
    error: { code, exit: 2, place, remedy },
  }
}

const utf16 = Buffer.from('\ufeff{ "batchItems": 5 }', 'utf16le')
const gzip = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xfe)
const bomb = `a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
`

export const configCases: readonly CliMisuse[] = [
  refused('JSON with a comma too many', 'c.json', '{\n  "batchItems": 5,\n}\n', 'c.json:3', 'JSON'),
  refused('an empty JSON file', 'c.json', '', 'c.json', /empty/),
  refused('JSON of UTF-16', 'c.json', utf16, 'c.json', 'UTF-8'),
  refused('a packed file', 'c.json', gzip, 'c.json', 'UTF-8'),
  refused(
    'a misspelt setting',
    'c.json',
    '{ "batchItem": 5 }',
    'c.json: unknown option batchItem',
    'Did you mean batchItems?',
  ),
  refused(
    'a setting in the wrong section',
    'c.json',
    '{ "edges": { "workers": 2 } }',
    'edges.workers',
    'Allowed: capacityItems',
  ),
  refused(
    'a number as a text',
    'c.json',
    '{ "scheduler": { "workers": "4" } }',
    'scheduler.workers',
    'a whole number',
  ),
  refused('a list for a config', 'c.json', '[1]', 'c.json', 'a record of options'),
  refused('null for a config', 'c.json', 'null', 'c.json', 'a record of options'),
  refused('a section that is none', 'c.json', '{ "scheduler": "pool" }', 'scheduler', 'a record'),
  refused(
    'a prototype for a setting',
    'c.json',
    '{ "__proto__": { "batchItems": 0 } }',
    '__proto__',
    'Allowed:',
  ),
  refused(
    'two mistakes',
    'c.json',
    '{ "batchItems": 0, "edges": { "overflow": "drop" } }',
    'edges.overflow',
    'batchItems must be a whole number',
  ),
  refused(
    'a term that the graph does not have',
    'c.json',
    '{ "terms": { "prnt": { "capacityItems": 1 } } }',
    'terms.prnt',
    'Did you mean print?',
  ),
  refused(
    'a bound where there is no edge',
    'c.json',
    '{ "terms": { "fromIterable": { "capacityItems": 1 } } }',
    'terms.fromIterable.capacityItems',
    'Terms with an input: print',
  ),
  refused('YAML with a tab', 'c.yaml', 'edges:\n\tcapacityItems: 5\n', 'c.yaml', /line 2/),
  refused('YAML with a name twice', 'c.yaml', 'batchItems: 5\nbatchItems: 6\n', 'c.yaml', /unique.*line 2/),
  refused('YAML that never ends', 'c.yaml', 'edges: { capacityItems: 5\n', 'c.yaml', /line \d/),
  refused(
    'YAML that refers to itself',
    'c.yaml',
    'edges: &e\n  capacityItems: *e\n',
    'edges.capacityItems',
    'a whole number',
  ),
  refused('YAML that explodes', 'c.yaml', bomb, 'c.yaml', /alias|unknown option/),
  refused('YAML of words', 'c.yaml', 'pool with four workers\n', 'c.yaml', 'a record of options'),
  refused(
    'a config in TypeScript that does not parse',
    'c.ts',
    'export default {\n  batchItems: 5,,\n}\n',
    'c.ts:2',
    'Expected identifier but found ","',
  ),
  refused(
    'a config that throws',
    'c.mjs',
    'export default { workers: process.env.NOTHING.length }\n',
    'c.mjs:1',
    'Cannot read properties of undefined',
  ),
  refused(
    'a config without a default export',
    'c.mjs',
    'export const batchItems = 5\n',
    'c.mjs',
    /export default/,
  ),
  refused(
    'a config that is a function',
    'c.mjs',
    'export default () => ({ batchItems: 5 })\n',
    'c.mjs',
    'a record of options',
  ),
  refused(
    'a config that is a promise',
    'c.mjs',
    'export default Promise.resolve({ batchItems: 5 })\n',
    'c.mjs',
    /await/,
  ),
  refused('a config that never loads', 'c.mjs', 'await new Promise(() => {})\n', 'c.mjs', /await/, {
    code: 'NOTHING_PENDING',
    alone: 'it is found out when Node is about to exit',
  }),
  refused(
    'a config with a getter that throws',
    'c.mjs',
    'export default { get batchItems() { throw new Error("no luck") } }\n',
    'c.mjs',
    'no luck',
  ),
  refused('a config in a format that there is not', 'c.toml', 'batchItems = 5\n', 'c.toml', '.json, .yaml'),
  refused(
    'several configs',
    'millrace.config.json',
    '{}',
    'millrace.config.json',
    'Keep one, or name one with --config',
    { args: ['run', 'g.mjs'], files: { 'millrace.config.yaml': '' } },
  ),
  refused('a broken package.json', 'package.json', '{ "millrace": }', 'package.json', /JSON/, {
    args: ['run', 'g.mjs'],
  }),
  refused(
    'a mistake in package.json',
    'package.json',
    '{ "millrace": { "workers": 2 } }',
    'package.json, "millrace"',
    'Allowed:',
    { args: ['run', 'g.mjs'] },
  ),
  refused('a graph for a config', 'h.mjs', numbers, 'h.mjs', 'a record of options'),
  {
    name: 'JSON with a byte order mark',
    args: ['run', 'g.mjs', '-c', 'c.json'],
    files: { 'g.mjs': numbers, 'c.json': '\ufeff{ "batchItems": 5 }' },
    stdout: '1\n2\n3\n',
  },
  {
    name: 'an empty YAML file',
    args: ['run', 'g.mjs', '-c', 'c.yaml'],
    files: { 'g.mjs': numbers, 'c.yaml': '# nothing yet\n' },
    stdout: '1\n2\n3\n',
  },
]
