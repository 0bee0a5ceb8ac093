/** Failure policies that make no sense, and files of dead letters that cannot be written or replayed. */

import { serialize } from 'node:v8'
import { graphOf } from './graphs.ts'
import type { CliMisuse, Files, Part } from './misuse.ts'

const half = graphOf(
  'fromIterable([1, 2, 3, 4]).pipe(map((n) => { if (n % 2 === 0) throw new Error("even"); return n }).onFailure({ onError: "skip" }), print())',
)
/** An item of a class, as a letter has it. */
const money = { cents: 5 }
const MONEY = serialize({
  value: [money],
  mending: {
    prototypes: [{ name: 'Money', urls: ['file:///g.mjs'] }],
    shells: [[money, 0]],
    ...{ husks: [], holders: [] },
  },
}).toString('base64')
const letter = '{"term":"map","item":5,"attempts":1,"kind":"error","error":{"message":"even"},"time":0}'

function refused(
  name: string,
  args: readonly string[],
  place: Part,
  remedy: Part,
  files: Files = {},
): CliMisuse {
  return {
    name,
    args: ['run', 'g.mjs', ...args],
    files: { 'g.mjs': half, ...files },
    error: { code: 'BAD_INPUT', exit: 2, place, remedy },
    kept: { 'g.mjs': half },
  }
}

/** A policy in code: the graph cannot be built. */
function policy(name: string, term: string, place: Part, remedy: Part, code = 'INVALID_OPTION'): CliMisuse {
  return {
    name,
    args: ['run', 'g.mjs'],
    files: {
      'g.mjs': graphOf(`fromIterable([1]).pipe(${term}, print())`, 'fromIterable, map, reduce, print'),
    },
    error: { code, exit: 2, place, remedy },
  }
}

export const letterCases: readonly CliMisuse[] = [
  refused(
    'dead letters into no folder',
    ['--dead-letters', 'no/l.ndjson'],
    'no/l.ndjson',
    'there is no folder',
  ),
  refused('dead letters into the module', ['--dead-letters', 'g.mjs'], 'g.mjs', 'Name another file'),
  refused(
    'dead letters into the summary',
    ['-s', 's.json', '--dead-letters', './s.json'],
    's.json',
    'Name another file',
  ),
  refused(
    'dead letters over those that are replayed',
    ['--replay', 'l.ndjson', '--dead-letters', 'l.ndjson'],
    'l.ndjson',
    'another',
    { 'l.ndjson': `${letter}\n` },
  ),
  refused('a replay of nothing', ['--replay', 'l.ndjson'], 'l.ndjson', 'nothing to replay', {
    'l.ndjson': '',
  }),
  refused(
    'a replay of a file that is not there',
    ['--replay', 'l.json'],
    'l.json',
    'Did you mean l.ndjson?',
    { 'l.ndjson': '' },
  ),
  refused('a replay of a folder', ['--replay', 'letters'], 'letters', 'no file', { letters: null }),
  refused('a replay of lines that are no letters', ['--replay', 'l.ndjson'], 'l.ndjson:2', /letter|JSON/, {
    'l.ndjson': `${letter}\nnot a letter\n`,
  }),
  refused(
    'a replay of an item that could not be kept',
    ['--replay', 'l.ndjson'],
    'l.ndjson:1',
    'item.done is a function (done)',
    { 'l.ndjson': letter.replace('"item":5', '"item":"{}","lost":"item.done is a function (done)."') },
  ),
  {
    name: 'a replay of an item of a class that is not registered any more',
    args: ['run', 'g.mjs', '--replay', 'l.ndjson'],
    files: {
      'g.mjs': half,
      'l.ndjson': letter.replace('"item":5', `"item":"{}","serialized":"${MONEY}","format":2`),
    },
    error: { code: 'UNKNOWN_CLASS', exit: 2, place: 'l.ndjson:1', remedy: 'items: [Money]' },
  },
  refused(
    'a replay for a term that there is not',
    ['--replay', 'l.ndjson'],
    'l.ndjson:1',
    'Did you mean map?',
    { 'l.ndjson': letter.replace('"map"', '"mapp"') },
  ),
  refused('a policy of nobody in a config', ['-c', 'c.json'], 'terms.map.onError', 'Did you mean skip?', {
    'c.json': '{ "terms": { "map": { "onError": "skp" } } }',
  }),
  refused('a retry that is none in a config', ['-c', 'c.json'], 'terms.map.retry', /whole number|retry/, {
    'c.json': '{ "terms": { "map": { "retry": -1 } } }',
  }),
  policy('a policy of nobody', 'map((n) => n).onFailure({ onError: "ignore" })', 'onError', 'skip'),
  policy('a policy that is none', 'map((n) => n).onFailure("skip")', 'onFailure', /record|policy|options/),
  policy(
    'a fallback that there is not',
    'map((n) => n).onFailure({ onError: "fallback" })',
    'fallback',
    /fallback/,
  ),
  policy(
    'a time limit on a function that cannot be interrupted',
    'map((n) => n).onFailure({ timeoutMs: 50 })',
    '"map"',
    /async/,
    'TIMEOUT_UNENFORCEABLE',
  ),
  {
    name: 'items that fail are set aside, and the rest goes on',
    args: ['run', 'g.mjs', '--dead-letters', 'l.ndjson'],
    files: { 'g.mjs': half },
    stdout: '1\n3\n',
    act: { after: '3\n', does: 'nothing', exit: 0 },
    kept: { 'l.ndjson': /"item":2.*\n.*"item":4/ },
    alone: 'its stderr counts the letters',
  },
]
