/** Goal: from the outside, every way a command can end has its exit code and its one clear line. Runs the build. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { fixture, millrace, saidBy } from '../test/millrace-process.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { strategies } from './config/settings.ts'

const shown = (name: string): string => relative(process.cwd(), fixture(name))

function summaryIn(folder: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))
}

test.concurrent.for([
  [['--help'], 'Usage: millrace [options] [command]'],
  [['run', '--help'], '--param <name=value>'],
  [['graph', '--help'], '--format <format>'],
  // as pnpm hands it on
  [['run', fixture('numbers.ts'), '--', '--help'], '--param <name=value>'],
  [['help', 'run'], '--summary <file>'],
  [['config', '--help'], 'MILLRACE_STRATEGY'],
  [['--version'], '0.1.0\n'],
] as const)('millrace %j answers on stdout', async ([args, text], { expect }) => {
  const { code, stdout, stderr } = await millrace(args)
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain(text)
})

test.concurrent.for<[readonly string[], string]>([
  [['rn'], "unknown command 'rn' (Did you mean run?)"],
  [['run'], "missing required argument 'module' See millrace run --help."],
  [['run', '--sumary', 's.json'], "unknown option '--sumary' (Did you mean --summary?)"],
  [
    ['graph', fixture('numbers.ts'), '--format', 'png'],
    "option '-f, --format <format>' argument 'png' is invalid. Allowed choices are mermaid, dot, json, svg.",
  ],
  [
    ['run', fixture('numbers.ts'), '-p', 'word'],
    "option '-p, --param <name=value>' argument 'word' is invalid. Write it as name=value.",
  ],
  [
    ['run', fixture('numbers.ts'), '-p', 'word=a', '-p', 'word=b'],
    `option '-p, --param <name=value>' argument 'word=b' is invalid. The parameter "word" was given before, as "a".`,
  ],
  [['run', 'nothing.ts'], 'There is no file nothing.ts.'],
  [['run', '--', '-nothing.ts'], 'There is no file -nothing.ts.'],
  [['run', 'packages'], 'packages is no file.'],
  [['graph', 'LICENSE'], 'LICENSE is no module: its name must end in .ts, .mts, .tsx, .js, .mjs, .cjs.'],
  [
    ['run', fixture('no-graph.ts')],
    `${fixture('no-graph.ts')} exports no graph: its default export is {"not":"a graph"}. Write: export default graph(import.meta.url, (params) => term).`,
  ],
  [
    ['run', fixture('bare-term.ts'), '-p', 'n=1'],
    `${fixture('bare-term.ts')} exports a term, which takes no parameters (n=1). Write: export default graph(import.meta.url, (params) => term).`,
  ],
  [
    ['run', fixture('bad-builder.ts')],
    `${shown('bad-builder.ts')}:8: The file of lines() must be a path or a file: URL, but is undefined. (no --param was given)`,
  ],
  [
    ['graph', fixture('bad-builder.ts'), '-p', 'kind=option'],
    `${shown('bad-builder.ts')}:6: count of take() must be a whole number, at least 0, but is -1. (--param kind=option)`,
  ],
  [
    ['run', fixture('bad-builder.ts'), '-p', 'kind=type'],
    `${shown('bad-builder.ts')}:7: Cannot read properties of undefined (reading 'f') (--param kind=type)`,
  ],
  [
    ['run', fixture('open-input.ts')],
    `${fixture('open-input.ts')}: "map" has no input. Pipe a source into it before running.`,
  ],
  [
    ['run', fixture('numbers.ts'), '--summary', 'no/such/folder.json'],
    `The summary no/such/folder.json cannot be written: there is no folder ${join(process.cwd(), 'no/such')}.`,
  ],
  [
    ['run', fixture('numbers.ts'), '--telemetry', 'no/such/file.jsonl'],
    `The telemetry no/such/file.jsonl cannot be written: there is no folder ${join(process.cwd(), 'no/such')}.`,
  ],
])('%j is refused', async ([args, line], { expect }) => {
  const finished = await millrace(args)
  expect([finished.code, finished.stdout, saidBy(finished)]).toEqual([2, '', `millrace: ${line}\n`])
})

test('without a command it shows its help, as a mistake', async () => {
  const { code, stdout, stderr } = await millrace([])
  expect([code, stdout, stderr.split('\n')[0]]).toEqual([2, '', 'Usage: millrace [options] [command]'])
})

test('a module that cannot be loaded is named, with the place and the message', async () => {
  const folder = temporaryFolder({
    'syntax.ts': 'export const a = 1\nexport default 1 +* 2\n',
    'missing.ts': "import { a } from './nowhere.ts'\nexport default a\n",
    'export.ts': "import { b } from './other.ts'\nexport default b\n",
    'other.ts': 'export const a: number = 1\n',
    'throws.ts': "function fail(): never {\n  throw new Error('not\\ntoday')\n}\nexport default fail()\n",
    'syntax.js': 'export default {\n',
    'numbrs.ts': '',
  })
  const lines = await Promise.all(
    ['syntax.ts', 'missing.ts', 'export.ts', 'throws.ts', 'syntax.js', 'numbers.ts'].map(async (file) => {
      const finished = await millrace(['run', file], folder)
      return [finished.code, finished.stdout, saidBy(finished)]
    }),
  )
  expect(lines).toEqual([
    [2, '', 'millrace: syntax.ts cannot be loaded: syntax.ts:2: Unexpected "*"\n'],
    [
      2,
      '',
      expect.stringMatching(
        /^millrace: missing\.ts cannot be loaded: Cannot find module '\S*nowhere\.ts' imported from \S*missing\.ts\n$/,
      ),
    ],
    [
      2,
      '',
      expect.stringMatching(
        /^millrace: export\.ts cannot be loaded: .*does not provide an export named 'b'\n$/,
      ),
    ],
    [2, '', 'millrace: throws.ts cannot be loaded: throws.ts:2: not today\n'],
    // where it ends is told by Node 22 and later
    [
      2,
      '',
      expect.stringMatching(
        /^millrace: syntax\.js cannot be loaded: (syntax\.js:2: )?Unexpected end of input\n$/,
      ),
    ],
    [2, '', 'millrace: There is no file numbers.ts. Did you mean numbrs.ts?\n'],
  ])
})

test('a run prints what the graph prints, and leaves a summary', async () => {
  const folder = temporaryFolder()
  const args = [
    'run',
    fixture('numbers.ts'),
    '-p',
    'count=4',
    '-p',
    'word=a=b',
    '-s',
    join(folder, 'summary.json'),
  ]
  expect(await millrace(args)).toEqual({ code: 0, stdout: 'a=b0\na=b1\na=b2\na=b3\n', stderr: '' })
  expect(readdirSync(folder)).toEqual(['summary.json'])
  expect(summaryIn(folder)).toMatchObject({
    module: fixture('numbers.ts'),
    params: { count: '4', word: 'a=b' },
    outcome: 'completed',
    balanced: true,
    items: { in: 4, out: 4, filtered: 0, discarded: 0 },
    nodes: [{ id: 'fromIterable' }, { id: 'map' }, { id: 'print' }, { id: 'collect' }],
    results: { collect: ['a=b0', 'a=b1', 'a=b2', 'a=b3'] },
  })
})

test('telemetry ends with the figures of the whole run', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 't.jsonl')
  expect((await millrace(['run', fixture('numbers.ts'), '-p', 'count=4', '-t', file])).code).toBe(0)
  expect((await millrace(['run', fixture('failing.ts'), '-t', file])).code).toBe(1)
  expect((await millrace(['run', fixture('open-input.ts'), '-t', join(folder, 'none.jsonl')])).code).toBe(2)
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      outcome: 'completed',
      droppedLines: 0,
      items: { in: 4, out: 4 },
      stages: [{ runsOn: 'caller', queuedItems: 0, sentBytes: 0 }],
      threads: { health: { level: 'green' }, workers: [] },
    },
    { outcome: 'failed' },
  ])
  expect(readdirSync(folder)).toEqual(['t.jsonl'])
})

test('a summary holds the results that JSON can hold, and names the others', async () => {
  const folder = temporaryFolder()
  await millrace(['run', fixture('results.ts'), '--summary', join(folder, 'summary.json')])
  const { results, resultsLeftOut, items, edges } = summaryIn(folder)
  expect(results).toEqual({ small: { sum: 3 } })
  expect((resultsLeftOut as string[]).toSorted()).toEqual(['date', 'large'])
  expect(items).toMatchObject({ in: 2, copied: 6, out: 8 })
  expect(edges).toHaveLength(4)
})

test('a term that fails is named with its item, the message, and the line of the user’s code', async () => {
  const folder = temporaryFolder()
  const args = ['run', fixture('failing.ts'), '--summary', join(folder, 'summary.json')]
  const { code, stdout, stderr } = await millrace(args)
  const [line, place, ...rest] = stderr.split('\n')
  expect([code, stdout, place, rest]).toEqual([1, '1\n2\n3\n', `  at ${shown('failing.ts')}:6`, ['']])
  expect(line).toMatch(
    /^millrace: Term "check" failed on item \{"id":4,"note":"x{50,120}…: no such order \[TERM_FAILED\]$/,
  )
  expect(summaryIn(folder)).toMatchObject({
    outcome: 'failed',
    balanced: true,
    error: line?.replace('millrace: ', '').replace(' [TERM_FAILED]', ''),
    errorCode: 'TERM_FAILED',
  })
})

test('a file that the graph cannot read fails the run', async () => {
  const { code, stderr } = await millrace(['run', fixture('bad-builder.ts'), '-p', 'file=/no/such/file'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^millrace: Term "lines" failed .*\/no\/such\/file.*\n$/)
})

test('a run that waits for nothing ends with an error, not in silence', async () => {
  const { code, stdout, stderr } = await millrace(['run', fixture('never.ts')])
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^millrace: The run cannot end: .*\n$/)
})

test('a config in any of its forms reaches the run', async () => {
  const folder = temporaryFolder({
    'c.json': '{ "edges": { "capacityItems": 7 } }',
    'c.yaml': 'edges:\n  capacityItems: 7 # few\n',
    'c.ts': 'const items: number = 7\nexport default { edges: { capacityItems: items } }\n',
    'c.mjs': 'export default { edges: { capacityItems: 7 } }\n',
  })
  for (const file of ['c.json', 'c.yaml', 'c.ts', 'c.mjs']) {
    const summary = join(folder, 'summary.json')
    const { code } = await millrace(['run', fixture('results.ts'), '-c', join(folder, file), '-s', summary])
    const edges = summaryIn(folder)['edges'] as {
      readonly kind: string
      readonly capacityItems: number
    }[]
    expect([
      file,
      code,
      edges.filter(({ kind }) => kind === 'queue').map((edge) => edge.capacityItems),
    ]).toEqual([file, 0, [7, 7, 7, 7]])
  }
})

test('a config with mistakes is refused, a line for each', async () => {
  const folder = temporaryFolder({
    'c.yaml': 'batchItem: 5\nedges: { overflow: blok }\n',
    'd.json': '{,',
    'e.toml': '',
  })
  const refused = async (file: string) =>
    saidBy(await millrace(['run', fixture('numbers.ts'), '-c', file], folder))
  expect(await refused('c.yaml')).toBe(
    'millrace: c.yaml: edges.overflow must be one of block, dropOldest, dropNewest, latest, fail, but is "blok". ' +
      'Did you mean block?\n' +
      'millrace: c.yaml: unknown option batchItem (5). Did you mean batchItems? ' +
      'Allowed: edges, batchItems, growthLimitItems, starvationMs, cleanupTimeoutMs, onError, strict, failureRate, checkpoint, scheduler, terms.\n',
  )
  expect(await refused('d.json')).toMatch(/^millrace: d\.json:1 cannot be read: .+\n$/)
  expect(await refused('e.toml')).toMatch(/^millrace: e\.toml is no config: .+\n$/)
})

test('TypeScript is an ES module whatever package.json says, enums included', async () => {
  const folder = temporaryFolder({
    'package.json': '{ "type": "commonjs" }',
    'g.ts': `import { word } from './word.js'\nexport default { [word]: import.meta.url.length > 0 }\n`,
    'word.ts': `enum Word { first }\nexport const word = Word[0]!\n`,
  })
  const { stderr } = await millrace(['run', 'g.ts'], folder)
  expect(stderr).toContain('g.ts exports no graph: its default export is {"first":true}.')
})

test('a graph is drawn in three ways', async () => {
  const outputs = await Promise.all(
    ['mermaid', 'dot', 'json'].map((format) => millrace(['graph', fixture('open-input.ts'), '-f', format])),
  )
  expect(outputs.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
    [0, ''],
  ])
  const [mermaid, dot, json] = outputs.map(({ stdout }) => stdout)
  expect(mermaid).toBe('flowchart LR\n  n0["map"]\n  n1["print"]\n  n0 --> n1\n')
  expect(dot).toContain('n0 -> n1')
  expect(JSON.parse(json as string)).toMatchObject({ nodes: [{ id: 'map' }, { id: 'print' }] })
})

test('compare prints where answers differ, and 1 is its exit code; 0 if they do not', async () => {
  const compare = (kind: string) =>
    millrace(['compare', fixture('mutations.ts'), '-p', `kind=${kind}`, '--strategies', 'inline,dedicated'])
  expect(await compare('none')).toMatchObject({
    code: 0,
    stdout:
      'inline: completed, 300 in, 600 out\n' +
      'dedicated: completed, 300 in, 600 out; the same\n' +
      'inline again: completed, 300 in, 600 out; the same\n',
    stderr: '',
  })
  const { code, stdout } = await compare('item')
  expect([code, stdout]).toEqual([
    1,
    'inline: completed, 300 in, 600 out\n' +
      'dedicated: completed, 300 in, 600 out\n' +
      '  differs in output "price" of "id", item 0, .cents: 200, but here 100\n' +
      'inline again: completed, 300 in, 600 out; the same\n',
  ])
})

test('compare finds a state that is passed on and what a module keeps; a strict run refuses both changes', async () => {
  const start = (command: string, kind: string, ...more: string[]) =>
    millrace([command, fixture('mutations.ts'), '-p', `kind=${kind}`, ...more])
  const [state, module, item, strict] = await Promise.all([
    start('compare', 'state', '--strategies', 'inline,pool'),
    start('compare', 'module', '--strategies', 'inline'),
    start('run', 'item', '--strict'),
    start('run', 'state', '--strict'),
  ])
  expect([state.code, state.stdout.split('\n')]).toEqual([
    1,
    [
      'inline: completed, 300 in, 300 out',
      'pool: completed, 300 in, 300 out',
      expect.stringMatching(/^ {2}differs in output "out" of "scan", item 0/),
      'inline again: completed, 300 in, 300 out; the same',
      '',
    ],
  ])
  expect([module.code, module.stdout]).toEqual([
    1,
    'inline: completed, 300 in, 300 out\n' +
      'inline again: completed, 300 in, 300 out\n' +
      '  differs in output "out" of "map", item 0: "0: 0", but here "0: 300"\n',
  ])
  const of = (term: string) => ({
    code: 1,
    stderr: expect.stringMatching(new RegExp(`^millrace: Term "${term}" failed .*\\[TERM_FAILED\\]`)),
  })
  expect([item, strict]).toMatchObject([of('map'), of('scan')])
})

test('compare mutes what the graph prints, and tells of mistakes in the call', async () => {
  const { code, stdout } = await millrace(['compare', fixture('numbers.ts'), '--strategies', 'inline'])
  expect([code, stdout]).toEqual([
    0,
    'inline: completed, 3 in, 3 out\ninline again: completed, 3 in, 3 out; the same\n',
  ])
  const wrong = await millrace(['compare', fixture('numbers.ts'), '--strategies', 'inline,pol'])
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('"pol" is none. Allowed: inline')])
})

test('what is lost without an error is told, stands in the summary, and fails the command if it is to', async () => {
  const folder = temporaryFolder()
  const args = ['run', fixture('uneven.ts'), '--summary', join(folder, 'summary.json')]
  const ran = (...more: string[]) => millrace([...args, ...more])
  const lost = '2 items were unmatched: they found no partner (row 2); '
  expect(await ran()).toMatchObject({ code: 0, stderr: expect.stringContaining(`millrace: ${lost}`) })
  expect(summaryIn(folder)).toMatchObject({
    strategy: 'inline',
    workers: 0,
    settings: {},
    losses: [{ figure: 'unmatched', items: 2, line: expect.stringContaining(lost) }],
  })
  expect((await ran('--fail-on', 'letters,dropped')).code).toBe(0)
  expect((await ran('--fail-on', 'letters,unmatched')).code).toBe(1)
  expect(await ran('--fail-on', 'unmached')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"unmached" is none. Allowed: letters, unmatched, dropped.'),
  })
})

test('losses are told, summed up and fail the command under every strategy alike', async () => {
  const folder = temporaryFolder()
  const failOn = ['letters', 'dropped', 'unmatched', 'letters,dropped', 'dropped,unmatched']
  await Promise.all(
    strategies.map(async (strategy, at) => {
      const summary = join(folder, `${strategy}.json`)
      const { code, stderr } = await millrace([
        ...['run', fixture('losing.ts'), '--strategy', strategy, '--workers', '2', '--batch-items', '7'],
        ...['--summary', summary, '--fail-on', failOn[at] as string],
      ])
      expect([strategy, code, stderr.split('\n').map((line) => line.replace(/^.*\[/, '['))]).toEqual([
        strategy,
        1,
        expect.arrayContaining(['[UNMATCHED]', '[DROPPED]']),
      ])
      expect(stderr).toContain('1 item was set aside (picky 1)')
      const told = JSON.parse(readFileSync(summary, 'utf8'))
      expect(told).toMatchObject({
        strategy,
        // under hybrid each of the four sources has one of its own
        workers: { inline: 0, hybrid: 6 }[strategy as string] ?? 2,
        settings: { batchItems: 7 },
        outcome: 'completed',
        results: { kept: [1, 3, 4], latest: expect.arrayContaining([4]), rows: [{ a: 1, b: 1 }] },
        losses: [
          { figure: 'letters', items: 1 },
          { figure: 'unmatched', items: 3 },
          { figure: 'dropped', items: expect.any(Number) },
        ],
      })
    }),
  )
})
