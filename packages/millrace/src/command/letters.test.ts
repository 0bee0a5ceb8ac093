/** Goal: what failed can be looked at in groups, and exactly one group runs again. Runs the build. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fixture, millrace } from '../../test/millrace-process.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'

const graph = fixture('three-errors.ts')

test('2,000 letters of three errors are three groups; a group runs again, and nothing else', async () => {
  const folder = temporaryFolder()
  const run = await millrace(['run', graph, '--dead-letters', 'd.ndjson'], folder)
  expect(run.code).toBe(0)

  const listed = await millrace(['letters', 'd.ndjson', '--json'], folder)
  const groups = JSON.parse(listed.stdout) as { number: number; term: string; code: string; count: number }[]
  expect(groups.map(({ number, term, code, count }) => [number, term, code, count])).toEqual([
    [1, 'parse', 'SyntaxError', 1000],
    [2, 'parse', 'E_QUOTA', 500],
    [3, 'parse', 'RangeError', 500],
  ])

  const again = await millrace(
    ['letters', 'd.ndjson', '2', '--rerun', graph, '-p', 'mended=2', '--dead-letters', 'e.ndjson'],
    folder,
  )
  expect(again).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(readFileSync(join(folder, 'e.ndjson'), 'utf8')).toBe('')
  const summary = await millrace(
    ['run', graph, '-p', 'mended=3', '--replay', 'd.ndjson', '--replay-group', '3', '-s', 's.json'],
    folder,
  )
  expect(summary.code).toBe(0)
  const { items, results } = JSON.parse(readFileSync(join(folder, 's.json'), 'utf8')) as {
    items: { in: number }
    results: { collect: readonly number[] }
  }
  expect(items.in).toBe(500)
  expect(results.collect).toEqual(Array.from({ length: 500 }, (_, n) => 12 * n + 9))
})

test('one group is shown in full; a mistake is told in a line', async () => {
  const letter = (n: number) =>
    JSON.stringify({
      time: '2026-01-01T00:00:00.000Z',
      term: 't',
      kind: 'error',
      attempts: 2,
      item: { n },
      error: { name: 'Error', message: `no row ${n}000`, stack: `Error: no row ${n}000\n  at here` },
    })
  const folder = temporaryFolder({ 'd.ndjson': `${letter(1)}\n${letter(2)}\n`, 'none.ndjson': '' })
  const [table, full, unknown, empty] = await Promise.all([
    millrace(['letters', 'd.ndjson'], folder),
    millrace(['letters', 'd.ndjson', '1'], folder),
    millrace(['letters', 'd.ndjson', '7'], folder),
    millrace(['letters', 'none.ndjson'], folder),
  ])
  expect(table.stdout).toBe(
    '2 letters in 1 groups of d.ndjson\n\ngroup  letters  term  code   message\n    1        2  t     Error  no row …\n',
  )
  expect(full.stdout).toContain('after 2 calls:\nError: no row 2000\n  at here\n\nits item:\n{ n: 2 }\n')
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    'millrace: d.ndjson has no group 7. It has 1. [BAD_INPUT]\n',
  ])
  expect([empty.code, empty.stderr]).toEqual([2, 'millrace: none.ndjson holds no dead letter. [BAD_INPUT]\n'])
})
