/** Goal: tasks under way are bounded, and stages get their turn in the order in which they asked. */

import type { Stage } from '@millrace/core/engine'
import { expect, test } from 'vitest'
import { Slots } from './slots.ts'

function stages(log: string[], ...names: string[]): Stage[] {
  return names.map((name) => ({ wake: () => log.push(name) }) as unknown as Stage)
}

test('who finds no slot is woken when one is free, in order', () => {
  const log: string[] = []
  const slots = new Slots(() => 1)
  const [a, b, c] = stages(log, 'a', 'b', 'c') as [Stage, Stage, Stage]
  expect([slots.take(a), slots.take(b), slots.take(c), slots.has(b)]).toEqual([true, false, false, true])
  slots.give()
  expect([log, slots.has(b), slots.take(b)]).toEqual([['b'], false, true])
  slots.leave(c)
  slots.give()
  expect(log).toEqual(['b'])
})

test('a slot taken by force is paid back before others get one', () => {
  const log: string[] = []
  const slots = new Slots(() => 1)
  const [a, b] = stages(log, 'a', 'b') as [Stage, Stage]
  slots.take(a)
  slots.force()
  slots.take(b)
  slots.give()
  expect(log).toEqual([])
  slots.give()
  expect(log).toEqual(['b'])
})

test('with another worker there is room for several at once', () => {
  const log: string[] = []
  let limit = 1
  const slots = new Slots(() => limit)
  const [a, b, c, d] = stages(log, 'a', 'b', 'c', 'd') as [Stage, Stage, Stage, Stage]
  for (const stage of [a, b, c, d]) slots.take(stage)
  limit = 2
  slots.give()
  expect(log).toEqual(['b', 'c'])
})
