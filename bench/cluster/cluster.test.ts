// Goal: the suite would tell: what is wrong with a file of rows is counted, and the steps of a commit are known on the wire.

import { expect, test } from 'vitest'
import { clusterRatios } from './ratios.ts'
import { compareRows, type Row } from './rows.ts'
import { DEATHS, stepOf } from './steps.ts'
import { isMeant } from './trial.ts'

const row = (n: number, sum = n): Row => ({ source: 'a', n, count: 1, sum })
const text = (...rows: readonly Row[]): string => rows.map((one) => `${JSON.stringify(one)}\n`).join('')

test('rows that are missing, doubled, wrong or out of order are counted', () => {
  const expected = text(row(0), row(1), row(40))
  expect(compareRows(expected, text(row(1), row(0), row(40)))).toEqual({ lost: 0, doubled: 0, mismatches: 0 })
  expect(compareRows(expected, text(row(0), row(0), row(40)))).toEqual({ lost: 1, doubled: 1, mismatches: 0 })
  expect(compareRows(expected, text(row(40), row(0), row(1, 7)))).toEqual({
    lost: 0,
    doubled: 0,
    mismatches: 2,
  })
})

test('each step of a commit is told from the others', () => {
  const commit = (phase: string, attempts: number) =>
    stepOf('mr.run.c.t1', `{"task":"t1","attempts":${attempts},"phase":"${phase}"}`)
  expect([
    commit('running', 1),
    stepOf('mr.run.e.e1', '{"kind":"chunk","epoch":1}\n'),
    stepOf('mr.run.s.t1', 'bytes'),
    commit('running', 0),
    stepOf('mr.run.e.e1', '{"kind":"marker","epoch":1}\n'),
    stepOf('$JS.API.STREAM.PURGE.MR_run_E_e1', ''),
    stepOf('$JS.API.STREAM.PURGE.MR_run_S', ''),
    commit('released', 0),
    commit('ended', 0),
    commit('done', 0),
  ]).toEqual(['claim', 'chunk', 'state', 'commit', 'marker', 'purge', 'drop', 'released', 'ended', 'done'])
  expect(stepOf('$KV.MR_run.m.host', '{}')).toBeUndefined()
  expect(DEATHS).toHaveLength(20)
})

test('the figures of all workloads are summed', () => {
  const figures = (found: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(found).map(([name, of]) => [name, { median: of, min: of, max: of }]))
  const rows = [figures({ kills: 3, lost: 0 }), figures({ zombies: 2, lost: 1 })].map((of) => ({
    workload: '',
    contender: '',
    items: 1,
    rounds: 1,
    notes: [],
    figures: of,
  }))
  expect(clusterRatios(rows)).toEqual({ kills: 3, zombies: 2, lost: 1 })
})

test('a host that dies by itself is no kill', () => {
  const host = { isKilled: false, isAsked: false, dieAt: undefined }
  const by = (signal: NodeJS.Signals | null) => ({ code: null, signal })
  expect(isMeant({ ...host, isKilled: true }, by('SIGKILL'))).toBe(true)
  expect(isMeant({ ...host, dieAt: 'commit:after:1' }, by('SIGKILL'))).toBe(true)
  expect(isMeant({ ...host, isAsked: true }, by('SIGTERM'))).toBe(true)
  expect(
    ['SIGKILL', 'SIGSEGV', 'SIGABRT', 'SIGTERM'].map((signal) => isMeant(host, by(signal as 'SIGKILL'))),
  ).toEqual([false, false, false, false])
  expect(isMeant({ ...host, isKilled: true }, by('SIGSEGV'))).toBe(false)
})
