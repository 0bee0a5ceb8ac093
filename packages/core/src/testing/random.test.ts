// Seeded chance is replayable, in range, and spread well enough not to hide schedules.

import { expect, test } from 'vitest'
import { Choices, Random, seededSchedule } from './random.ts'

test('one seed gives one sequence, another seed another', () => {
  const sequence = (seed: number): number[] => {
    const random = new Random(seed)
    return Array.from({ length: 20 }, () => random.below(1000))
  }
  expect(sequence(1)).toEqual(sequence(1))
  expect(sequence(1)).not.toEqual(sequence(2))
  expect(sequence(1).every((n) => n >= 0 && n < 1000)).toBe(true)
})

test('mulberry32 gives its known first numbers', () => {
  const random = new Random(0)
  expect([random.next(), random.next()]).toEqual([0.26642920868471265, 0.0003297457005828619])
})

test('every choice comes up about as often', () => {
  const random = new Random(5)
  const counts = new Array<number>(8).fill(0)
  for (let i = 0; i < 8000; i++) counts[random.below(8)]!++
  expect(counts.every((count) => count > 850 && count < 1150)).toBe(true)
})

test('pick and shuffle keep to what is there', () => {
  const random = new Random(3)
  expect(['a', 'b']).toContain(random.pick(['a', 'b']))
  expect(random.shuffle([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5])
})

test('choices are read off the list, then 0', () => {
  const choices = new Choices([7, 3])
  expect([choices.below(5), choices.below(2), choices.below(9)]).toEqual([2, 1, 0])
})

test('a seeded schedule replays', () => {
  const [one, other] = [seededSchedule(9), seededSchedule(9)]
  for (let count = 1; count < 50; count++) expect(one(count)).toBe(other(count))
})
