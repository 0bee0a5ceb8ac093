/** Goal: `pprint`, `printKeys` and `dump` show what was asked for and pass the item on whole. */

import { expect, test, vi } from 'vitest'
import { dump, fromIterable, map, pprint, printKeys, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'

const deep = { at: new Date(0), list: [new Date(1), { x: { y: { z: [1] } } }], id: 7 }

test('pprint shows every level over several lines, dates as text, and changes nothing', async () => {
  const texts: string[] = []
  const items = fromIterable([deep, 'x', null])
  const passed = await toArray(items.pipe(pprint({ print: (text) => texts.push(text) })))
  expect(passed[0]).toBe(deep)
  expect(passed).toEqual([{ ...deep, at: new Date(0) }, 'x', null])
  expect(texts[0]?.split('\n').length).toBeGreaterThan(1)
  expect(texts[0]).toContain("at: '1970-01-01T00:00:00.000Z'")
  expect(texts[0]).toContain('z: [ 1 ]')
  expect(texts.slice(1)).toEqual(["'x'", 'null'])
})

test('keys, notKeys and dateToString choose what is shown', async () => {
  const texts: string[] = []
  const print = (text: string) => texts.push(text)
  const dateToString = (date: Date) => `${date.getTime()} ms`
  await toArray(fromIterable([deep]).pipe(pprint({ print, keys: ['id', 'at'], dateToString })))
  await toArray(fromIterable([deep]).pipe(dump({ print, notKeys: ['list', 'id'], dateToString })))
  expect(texts).toEqual(["{ id: 7, at: '0 ms' }", "dump: { at: '0 ms' }"])
})

test('dump is one line, whole, with the name of the node', async () => {
  const texts: string[] = []
  const long = { text: 'x'.repeat(20_000), list: [...Array(500).keys()] }
  const dumped = fromIterable([long]).pipe(dump({ print: (text) => texts.push(text) }).named('here'))
  expect(await toArray(dumped)).toEqual([long])
  expect(texts[0]?.startsWith('here: {')).toBe(true)
  expect(texts[0]).toContain(long.text)
  expect(texts[0]).toContain('499')
  expect(texts[0]).not.toContain('\n')
})

test('records that hold themselves, and invalid dates, can be shown', async () => {
  const loop: Record<string, unknown> = { when: new Date(Number.NaN) }
  loop['self'] = loop
  const texts: string[] = []
  await toArray(fromIterable([loop]).pipe(dump({ print: (text) => texts.push(text) })))
  expect(texts).toEqual(["dump: <ref *1> { when: 'Invalid Date', self: [Circular *1] }"])
})

test('printKeys names the keys; console.log is the default', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    await toArray(fromIterable([{ b: 1, a: 2 }, {}]).pipe(printKeys()))
    expect(log.mock.calls).toEqual([['b, a'], ['']])
  } finally {
    log.mockRestore()
  }
  await expect(toArray(fromIterable([7 as never]).pipe(printKeys()))).rejects.toEqual(
    badInput('printKeys', 'takes plain records'),
  )
})

test('a promise holds the item back, and its failure ends the run', async () => {
  const log: string[] = []
  const slow = async (text: string) => {
    await null
    log.push(text)
  }
  const dumped = fromIterable([1, 2]).pipe(
    dump({ print: slow }),
    map((n) => log.push(`then ${n}`)),
  )
  await toArray(dumped)
  expect(log).toEqual(['dump: 1', 'then 1', 'dump: 2', 'then 2'])
  const cause = new Error('no')
  const failing = fromIterable([1]).pipe(dump({ print: () => Promise.reject(cause) }))
  await expect(toArray(failing)).rejects.toMatchObject({ code: 'TERM_FAILED', term: 'dump', cause })
})

test('refuses both lists, and functions that are none', () => {
  expect(() => pprint({ keys: [], notKeys: [] })).toThrow(invalidOption('left out'))
  expect(() => dump({ print: 'x' as never })).toThrow(invalidOption('print'))
  expect(() => dump({ dateToString: 1 as never })).toThrow(invalidOption('dateToString'))
  expect(() => printKeys({ print: 1 as never })).toThrow(invalidOption('print'))
})
