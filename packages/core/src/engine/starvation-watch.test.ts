// Goal: a stage is told as starving once it was held long enough without progress, once, and again only after it ran.

import { expect, test } from 'vitest'
import { StarvationWatch } from './starvation-watch.ts'

function stage(name: string) {
  return { name, isHeld: true, progress: 0 }
}

test('who is held without progress is told once the time is over, once', () => {
  const watch = new StarvationWatch<ReturnType<typeof stage>>()
  const [a, b] = [stage('a'), stage('b')]
  const look = (now: number) => watch.look([a, b], now, 1000).map(({ name }) => name)
  expect(look(0)).toEqual([])
  expect(look(500)).toEqual([])
  b.progress++
  expect(look(900)).toEqual([])
  expect(look(1000)).toEqual(['a'])
  expect(look(1500)).toEqual([])
  expect(look(1900)).toEqual(['b'])
})

test('who gets on, or waits for nothing, begins anew', () => {
  const watch = new StarvationWatch<ReturnType<typeof stage>>()
  const a = stage('a')
  const look = (now: number) => watch.look([a], now, 100).length
  expect([look(0), look(100)]).toEqual([0, 1])
  a.progress++
  expect([look(150), look(250)]).toEqual([0, 1])
  a.isHeld = false
  expect(look(300)).toBe(0)
  a.isHeld = true
  expect([look(400), look(499), look(500)]).toEqual([0, 0, 1])
})

test('after clear the time that passed does not count', () => {
  const watch = new StarvationWatch<ReturnType<typeof stage>>()
  const a = stage('a')
  watch.look([a], 0, 100)
  watch.clear()
  expect([watch.look([a], 150, 100), watch.look([a], 250, 100)]).toEqual([[], [a]])
})
