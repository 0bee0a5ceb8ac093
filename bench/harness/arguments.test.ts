// Goal: the command line becomes a choice, and a mistake in it is named before anything runs.

import { expect, test } from 'vitest'
import { narrow, parseChoice } from './arguments.ts'
import type { Suite } from './contracts.ts'

test('without arguments: every suite, quick, nothing narrowed', () => {
  expect(parseChoice([])).toEqual({
    suites: [],
    mode: 'quick',
    out: undefined,
    only: [],
    rounds: undefined,
    profile: undefined,
    own: {},
    help: false,
  })
})

test('every option', () => {
  const args = [
    'linear',
    'cpu',
    '--full',
    '--out',
    'somewhere',
    '--only',
    'most,scan',
    '--rounds',
    '7',
    '--profile',
    'profiles',
    '--terms',
    '1,20',
  ]
  expect(parseChoice(args)).toEqual({
    suites: ['linear', 'cpu'],
    mode: 'full',
    out: 'somewhere',
    only: ['most', 'scan'],
    rounds: 7,
    profile: 'profiles',
    own: { terms: '1,20' },
    help: false,
  })
})

test('rounds that are no whole number, and options that do not exist, are refused', () => {
  expect(() => parseChoice(['--rounds', 'many'])).toThrow('--rounds takes a whole number')
  expect(() => parseChoice(['--rounds', '0'])).toThrow('--rounds takes a whole number')
  expect(() => parseChoice(['--fast'])).toThrow('--fast')
})

const suite = {
  name: 'test',
  contenders: [{ name: 'most' }, { name: 'rxjs' }],
  workloads: [{ name: 'scan' }, { name: 'zip' }],
  targets: ['scan.vsMost', 'zip.vsMost'].map((ratio) => ({ ratio, atLeast: 1 })),
} as unknown as Suite

test('--only narrows contenders and workloads apart', () => {
  expect(kept(['most'])).toEqual([['most'], ['scan', 'zip']])
  expect(kept(['zip', 'rxjs'])).toEqual([['rxjs'], ['zip']])
  expect(kept([])).toEqual([
    ['most', 'rxjs'],
    ['scan', 'zip'],
  ])
})

test('--only keeps the targets of the workloads that stay', () => {
  expect(narrow(suite, ['zip']).targets).toEqual([{ ratio: 'zip.vsMost', atLeast: 1 }])
})

test('--only with an unknown name says what there is', () => {
  expect(() => narrow(suite, ['most', 'mots'])).toThrow('nothing in test: mots; it has most, rxjs, scan, zip')
})

function kept(only: string[]): string[][] {
  const { contenders, workloads } = narrow(suite, only)
  return [contenders.map(({ name }) => name), workloads.map(({ name }) => name)]
}
