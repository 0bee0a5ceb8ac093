/** Goal: parameters are text, cut at the first `=`, each name once. */
import { expect, test } from 'vitest'
import { addParameter } from './parameters.ts'

test('the value is all that follows the first =', () => {
  expect(addParameter('b=c=d ', { a: '' })).toEqual({ a: '', b: 'c=d ' })
})

test('names of the prototype are names like others', () => {
  expect(Object.keys(addParameter('__proto__=1', addParameter('toString=2', {})))).toEqual([
    'toString',
    '__proto__',
  ])
})

test.each(['name', '=value', ''])('%j is refused', (text) => {
  expect(() => addParameter(text, {})).toThrow('Write it as name=value.')
})

test('a name that comes twice is refused with both values in sight', () => {
  expect(() => addParameter('a=2', { a: '1' })).toThrow('The parameter "a" was given before, as "1".')
})
