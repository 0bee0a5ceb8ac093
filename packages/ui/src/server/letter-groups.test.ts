/** Goal: whatever an item or an error is, its letter is counted and shown, and the process goes on. */

import { inspect } from 'node:util'
import type { DeadLetter } from '@millrace/core'
import { expect, test } from 'vitest'
import { LetterGroups } from './letter-groups.ts'

const letter = (item: unknown, error: unknown = new RangeError('odd')): DeadLetter =>
  ({ term: 'B', kind: 'error', item, error, time: 1 }) as unknown as DeadLetter

const refuse = (): never => {
  throw new TypeError('not to be looked at')
}

test.each<[string, unknown, unknown]>([
  ['plain data', { n: 1 }, '{ n: 1 }'],
  [
    'an item that draws itself and throws',
    { [inspect.custom]: refuse },
    '[cannot be shown: not to be looked at]',
  ],
  ['a proxy', new Proxy({}, { get: refuse, ownKeys: refuse }), expect.stringMatching(/^(Proxy\()?\{\}\)?$/)],
])('%s', (_what, item, shown) => {
  const groups = new LetterGroups()
  groups.add(letter(item))
  expect(groups.list()).toMatchObject([
    { term: 'B', code: 'RangeError', count: 1, latest: { item: shown, error: 'odd' } },
  ])
})

test('an error that throws when it is read', () => {
  const groups = new LetterGroups()
  const hostile = Object.defineProperty(new Error(''), 'message', { get: refuse })
  groups.add(letter(1, hostile))
  groups.add(letter(2, { toString: refuse, message: { toString: refuse } }))
  expect(groups.list().map(({ count, latest }) => [count, latest.item])).toEqual([[2, '2']])
})
