/** Goal: items that were set aside are in the file, whatever becomes of the run, and can be fed back. Runs the build. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fixture, millrace } from '../../test/millrace-process.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'

const graph = fixture('orders.ts')
const SKIP = '{ "terms": { "par*": { "onError": "skip" } } }'

function jsonIn(file: string): Record<string, any> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, any>
}

function lettersIn(file: string): Record<string, any>[] {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return lines.map((line) => JSON.parse(line) as Record<string, any>)
}

test.each(['inline', 'pool', 'dedicated'])('set aside, written, fed back: %s', async (strategy) => {
  const folder = temporaryFolder({ 'c.json': SKIP })
  const common = ['-c', 'c.json', '--strategy', strategy, '-s', 's.json']
  const first = await millrace(['run', graph, ...common, '--dead-letters', 'd.ndjson'], folder)
  expect(first).toEqual({
    code: 0,
    stdout: '',
    stderr: 'millrace: 2 items were set aside (parse 2); see d.ndjson\n',
  })
  expect(lettersIn(join(folder, 'd.ndjson'))).toMatchObject([
    {
      term: 'parse',
      item: 'three',
      attempts: 2,
      kind: 'error',
      error: { message: 'no number', code: 'E_NUMBER' },
    },
    { term: 'parse', item: 'six', attempts: 2, error: { name: 'SyntaxError' } },
  ])
  expect(jsonIn(join(folder, 's.json'))).toMatchObject({
    outcome: 'completed',
    balanced: true,
    completeness: { isComplete: false, delivered: 4, givenUp: 2 },
    items: { deadLettered: 2 },
    failures: { total: 2, error: 2, retries: 2, byTerm: { parse: { deadLettered: 2 } } },
    results: { collect: [1, 2, 4, { n: 5 }] },
  })
  const again = await millrace(
    ['run', graph, ...common, '-p', 'fixed=yes', '--replay', 'd.ndjson', '--dead-letters', 'e.ndjson'],
    folder,
  )
  expect(again).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(jsonIn(join(folder, 's.json'))).toMatchObject({
    completeness: { isComplete: true, delivered: 2, givenUp: 0, share: 1 },
    results: { collect: [5, 3] },
  })
  expect(readFileSync(join(folder, 'e.ndjson'), 'utf8')).toBe('')
})

test('--on-error stop: what is sound is in the summary, the exit code is 1', async () => {
  const folder = temporaryFolder()
  const args = ['run', graph, '--on-error', 'stop', '-s', 's.json', '--dead-letters', 'd.ndjson']
  const { code, stderr } = await millrace(args, folder)
  expect(code).toBe(1)
  expect(stderr).toContain('millrace: Term "parse" failed on item "three": no number')
  expect(stderr).toMatch(/items? (was|were) set aside \(parse \d\); see d\.ndjson\n$/)
  const { outcome, error, results, completeness } = jsonIn(join(folder, 's.json'))
  expect([outcome, error, completeness.isComplete]).toEqual([
    'failed',
    expect.stringContaining('no number'),
    false,
  ])
  expect(results.collect.slice(0, 2)).toEqual([1, 2])
  expect(lettersIn(join(folder, 'd.ndjson'))[0]).toMatchObject({ item: 'three' })
})

test('a run that fails leaves what was set aside, and a summary', async () => {
  const folder = temporaryFolder({
    'c.json': '{ "terms": { "parse": { "onError": "skip" }, "collect": { "onError": "fail" } } }',
  })
  const { code, stderr } = await millrace(
    ['run', graph, '-s', 's.json', '--dead-letters', 'd.ndjson', '-c', 'c.json', '-p', 'more=1000'],
    folder,
  )
  expect([code, stderr]).toEqual([0, 'millrace: 2 items were set aside (parse 2); see d.ndjson\n'])
  const failed = await millrace(['run', graph, '-s', 's.json', '--dead-letters', 'd.ndjson'], folder)
  expect(failed.code).toBe(1)
  expect(jsonIn(join(folder, 's.json'))).toMatchObject({
    outcome: 'failed',
    failures: { total: 1, retries: 1 },
    completeness: { isComplete: false },
  })
  // those of the run before are still there
  const kept = lettersIn(join(folder, 'd.ndjson'))
  expect(kept.map(({ item }) => item)).toEqual(['three', 'six'])
})

test('letters are added to those of earlier runs, behind a torn line as well; --overwrite begins anew', async () => {
  const folder = temporaryFolder({ 'c.json': SKIP, 'd.ndjson': '{"term":"parse","item":"old"}\n{"term":"pa' })
  const run = (...more: string[]) =>
    millrace(['run', graph, '-c', 'c.json', '--dead-letters', 'd.ndjson', ...more], folder)
  expect((await run()).code).toBe(0)
  const lines = readFileSync(join(folder, 'd.ndjson'), 'utf8').split('\n')
  expect([lines.length, lines[1]]).toEqual([5, '{"term":"pa'])
  expect((await run('--overwrite')).code).toBe(0)
  expect(lettersIn(join(folder, 'd.ndjson')).map(({ item }) => item)).toEqual(['three', 'six'])
})

test('a replay that would replace the results of the first run is refused, and nothing is lost', async () => {
  const folder = temporaryFolder()
  const run = (...more: string[]) => millrace(['run', fixture('kept-letters.ts'), ...more], folder)
  const text = (name: string) => readFileSync(join(folder, name), 'utf8')
  await run('-p', 'out=o.txt', '--dead-letters', 'd.ndjson')
  const letters = text('d.ndjson')
  const replay = ['-p', 'fixed=yes', '--replay', 'd.ndjson']
  const refused = await run('-p', 'out=o.txt', ...replay, '--dead-letters', 'e.ndjson')
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('[WOULD_REPLACE]')])
  expect(refused.stderr).toContain('--overwrite')
  const rerun = ['letters', 'd.ndjson', '1', '--rerun', fixture('kept-letters.ts'), '-p', 'fixed=yes']
  const refusedAgain = await millrace([...rerun, '-p', 'out=o.txt'], folder)
  expect([refusedAgain.code, refusedAgain.stderr]).toEqual([2, expect.stringContaining('[WOULD_REPLACE]')])
  expect([text('o.txt'), text('d.ndjson')]).toEqual(['a\nc\n', letters])
  expect((await run('-p', 'out=more.txt', ...replay)).code).toBe(0)
  expect([text('o.txt'), text('more.txt')]).toEqual(['a\nc\n', 'b\n'])
  expect((await run('-p', 'out=o.txt', ...replay, '--overwrite')).code).toBe(0)
  expect(text('o.txt')).toBe('b\n')
})

test('telemetry has the failures by kind and term', async () => {
  const folder = temporaryFolder({ 'c.json': SKIP })
  await millrace(['run', graph, '-c', 'c.json', '-t', 't.jsonl'], folder)
  expect(lettersIn(join(folder, 't.jsonl')).at(-1)).toMatchObject({
    outcome: 'completed',
    failures: { total: 2, error: 2, timeout: 0, byTerm: { parse: { error: 2, retries: 2 } } },
  })
})

test('a term that fails often is told of', async () => {
  const folder = temporaryFolder({ 'c.json': SKIP })
  const { stderr } = await millrace(['run', graph, '-c', 'c.json', '-p', 'more=100'], folder)
  expect(stderr).toBe(
    'millrace: "parse" fails on 1.9 % of its items (2 of 106)\n' +
      'millrace: 2 items were set aside (parse 2); --dead-letters FILE keeps them\n',
  )
})

test.each([
  ['{"term":"parse","item":1}\n\n{"term":"pars","item":2}\n', 'f.ndjson:3: the graph has no term "pars"'],
  ['{"term":"fromIterable","item":1}\n', 'takes items one by one. It has: parse, collect.'],
  ['{"term":"parse","item":1}\nno JSON\n', 'f.ndjson:2: '],
  ['{"term":"parse"}\n', 'f.ndjson:1: it is no dead letter, which has a "term" and an "item"'],
  ['\n', 'f.ndjson holds no dead letter: there is nothing to replay.'],
])('%j is refused before anything runs', async (text, line) => {
  const folder = temporaryFolder({ 'f.ndjson': text })
  const { code, stdout, stderr } = await millrace(['run', graph, '--replay', 'f.ndjson'], folder)
  expect([code, stdout, stderr.split('\n').length]).toEqual([2, '', 2])
  expect(stderr).toContain(line)
})

test('files that make no sense are refused', async () => {
  const folder = temporaryFolder({ 'f.ndjson': '{"term":"parse","item":"7"}\n' })
  const run = async (...args: string[]) => (await millrace(['run', graph, ...args], folder)).stderr
  expect(await run('--replay', 'f.ndjson', '--dead-letters', './f.ndjson')).toContain('name the same file')
  expect(readFileSync(join(folder, 'f.ndjson'), 'utf8')).toContain('"7"')
  expect(await run('--replay', 'none.ndjson')).toContain('There is no file none.ndjson')
  expect(await run('--dead-letters', 'no/such/file')).toContain(
    'The dead letters no/such/file cannot be written',
  )
})
