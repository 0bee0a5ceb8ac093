/** Goal: an item comes back from its line as it was, whatever it is made of; the error can be read. */
import type { DeadLetter } from '@millrace/core'
import { expect, test } from 'vitest'
import { letterOf, lineOf } from './letter-line.ts'

const letterWith = (item: unknown, error: unknown = new Error('no')): DeadLetter => ({
  ...{ term: 't', item, attempts: 2, kind: 'error', error },
  time: 1_700_000_000_000,
})

test.each([
  1,
  'two',
  null,
  { a: [1, { b: 'c' }] },
  undefined,
  3n,
  Number.NaN,
  new Date(5),
  new Map([[1, new Set([2])]]),
  new Uint8Array([1, 2]),
  { a: undefined },
  'x'.repeat(2_000_000),
])('%o', (item) => {
  expect(letterOf(lineOf(letterWith(item)))).toEqual({ term: 't', item })
})

test('a line can be read by others', () => {
  const error = Object.assign(new TypeError('no number', { cause: 'why' }), { code: 'E_NUMBER' })
  expect(JSON.parse(lineOf(letterWith({ id: 7 }, error)))).toEqual({
    time: '2023-11-14T22:13:20.000Z',
    term: 't',
    kind: 'error',
    attempts: 2,
    item: { id: 7 },
    error: {
      ...{ name: 'TypeError', message: 'no number', code: 'E_NUMBER', cause: { message: '"why"' } },
      stack: error.stack,
    },
  })
  expect(JSON.parse(lineOf(letterWith(1, 'text')))).toMatchObject({ error: { message: '"text"' } })
})

test('an item that nothing can keep is told of, and not fed back', () => {
  const line = lineOf(letterWith({ run: () => 1 }))
  expect(JSON.parse(line)).toMatchObject({ serialized: '' })
  expect(() => letterOf(line)).toThrow('could not be kept')
})

test.each([
  ['{', 'JSON'],
  ['[]', 'it is no dead letter'],
  ['{"term":"t"}', 'it is no dead letter'],
  ['{"term":1,"item":2}', 'it is no dead letter'],
  ['{"term":"t","item":2,"serialized":5}', 'could not be kept'],
])('%s is refused', (line, message) => {
  expect(() => letterOf(line)).toThrow(message)
})
