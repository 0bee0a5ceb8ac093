/** Goal: lists on the command line are read whole, or refused with what is allowed. */
import { expect, test } from 'vitest'
import { countsIn, varied } from './option-values.ts'

test('numbers with commas between them', () => {
  expect([countsIn('4'), countsIn('1, 2,4')]).toEqual([[4], [1, 2, 4]])
})

test.each(['', '1,', '0', '1.5', '2,2', 'two', '1e400'])('%j is no list of numbers', (text) => {
  expect(() => countsIn(text)).toThrow('Allowed: different whole numbers from 1 on')
})

test('a parameter with its values; all behind the first = belongs to them', () => {
  expect(varied('where=a=1,b=2')).toEqual({ name: 'where', values: ['a=1', 'b=2'] })
  expect(varied('size=')).toEqual({ name: 'size', values: [''] })
})

test.each(['terms', '=1,2', 'terms=1,1'])('%j is no parameter to go through', (text) => {
  expect(() => varied(text)).toThrow('Allowed: name=value,value,…')
})
