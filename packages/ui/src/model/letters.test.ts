/** Goal: the same failure of many items is one group; different failures are not. */

import { expect, test } from 'vitest'
import { letterKeyOf } from './letters.ts'

const keyOf = (error: unknown, kind = 'error') => {
  const { code, message } = letterKeyOf('parse', kind, error)
  return `${code}: ${message}`
}

test('what differs from item to item is left out', () => {
  expect(keyOf(new SyntaxError('Unexpected token \'t\', "two" is not valid JSON'))).toBe(
    'SyntaxError: Unexpected token "…", "…" is not valid JSON',
  )
  expect(keyOf(new Error('no row 1234567 at position 12'))).toBe('Error: no row … at position …')
})

test('a status, a code and a kind tell failures apart', () => {
  expect(keyOf(new Error('answered 404'))).not.toBe(keyOf(new Error('answered 500')))
  expect(keyOf(Object.assign(new Error('x'), { code: 'E_ONE' }))).toBe('E_ONE: x')
  expect(keyOf(new Error('took long'), 'timeout')).toBe('TIMEOUT: took long')
  expect(letterKeyOf('a', 'error', 'x').key).not.toBe(letterKeyOf('b', 'error', 'x').key)
})

test('whatever was thrown has a group', () => {
  expect(keyOf('a text')).toBe('Error: a text')
  expect(keyOf(undefined)).toBe('Error: undefined')
  expect(keyOf({ name: 'Odd' })).toBe('Odd: ')
})
