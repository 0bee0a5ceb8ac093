// Goal: numbers are short, columns line up, and a failed contender cannot be overlooked.

import { expect, test } from 'vitest'
import type { Outcome, Suite } from './contracts.ts'
import { report, short, table } from './report.ts'

test('three digits', () => {
  expect([1.5e9, 427e6, 26_040_000, 1_234, 12].map(short)).toEqual([
    '1.50 G',
    '427 M',
    '26.0 M',
    '1.23 k',
    '12.0',
  ])
})

test('columns are as wide as their widest cell', () => {
  const lines = table(
    ['name', 'n', ''],
    [
      ['a', '100', 'note'],
      ['long name', '1', ''],
    ],
  ).split('\n')
  expect(lines).toEqual(['name         n', 'a          100  note', 'long name    1'])
})

test('a failure, a reason and a missed target are all spelled out', () => {
  const figures = { itemsPerSecond: { median: 2e6, min: 1e6, max: 3e6 } }
  const base = { workload: 'sum', items: 1, rounds: 1, figures, notes: [] }
  const outcome: Outcome = {
    suite: 'test',
    question: 'why?',
    mode: 'quick',
    machine: {
      cpu: 'a cpu',
      cores: 2,
      memoryBytes: 1,
      platform: 'linux x64',
      node: 'v20',
      v8: '11',
      loadAtStart: 0,
    },
    rows: [
      { ...base, contender: 'ours' },
      { ...base, contender: 'theirs', figures: {}, leftOut: 'it has no sum' },
      { ...base, contender: 'broken', figures: {}, failed: 'exit code 1\nwrong answer' },
    ],
    ratios: {},
    targets: [{ ratio: 'sum.vsTheirs', atLeast: 1, seen: 0.5, met: false }],
  }
  const suite = {
    subject: 'ours',
    figure: { name: 'itemsPerSecond', label: 'items/s', better: 'higher' },
    workloads: [{ name: 'sum' }],
  } as unknown as Suite
  const text = report(suite, outcome)
  expect(text).toContain('left out: it has no sum')
  expect(text).toMatch(/sum\.vsTheirs +1\.00x +0\.50x +MISSED/)
  expect(text).toContain('FAILED: broken sum\n  exit code 1\n  wrong answer')
})
