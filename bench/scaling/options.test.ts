// Goal: the suite's own options change what is measured, and a mistake in one is named before anything runs.

import { expect, test } from 'vitest'
import { loadSuite } from '../harness/find-suites.ts'
import { readOptions } from './options.ts'

test('terms, work, strategies and workers are what was asked for', async () => {
  const { workloads, contenders, settings } = await loadSuite('scaling', {
    ...{ terms: '1,30', items: '50', body: 'cpu:5us', strategies: 'pool,inline', workers: '4' },
  })
  expect(workloads).toEqual([
    { name: 'cpu1', items: { quick: 50, full: 50 } },
    { name: 'cpu30', items: { quick: 1500, full: 1500 } },
  ])
  expect(contenders.map(({ name }) => name)).toEqual(['inline', 'pool'])
  expect(settings?.()).toMatchObject({ bodyUs: 5, workers: 4 })
})

test('without strategies all contenders take part; a thread for each of many terms stays left out', async () => {
  const { contenders } = await loadSuite('scaling', { terms: '200,900', body: 'light' })
  const leftOut = contenders.flatMap(({ name, leftOut = {} }) =>
    Object.keys(leftOut).map((of) => `${name} ${of}`),
  )
  expect(leftOut.filter((line) => !line.startsWith('idle'))).toEqual([
    'worker-per-term light900',
    'worker-per-term-warm light900',
  ])
})

test.each([
  [{ terms: '1,two' }, '--terms takes whole numbers from 1 up, not "two"'],
  [{ items: '0' }, '--items takes whole numbers from 1 up, not "0"'],
  [{ body: 'cpu' }, '--body takes light, or cpu:20us'],
  [{ body: 'cpu:0us' }, '--body takes light, or cpu:20us'],
  [{ strategies: 'pol' }, 'there is no "pol"; there are pool'],
])('refuses %j', (options, text) => {
  expect(() => readOptions(options, ['pool'])).toThrow(text)
})

test('another suite takes none of them', async () => {
  await expect(loadSuite('linear', { terms: '1' })).rejects.toThrow('linear takes no --terms')
})
