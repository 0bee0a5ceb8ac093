/** Goal: the saboteur is just: the same items, at the rates that were set, each the way it was told. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../run/run.ts'
import { kernelTerm } from '../term/leaf.ts'
import { type Fate, Saboteur } from './saboteur.ts'
import { VirtualClock } from './virtual-clock.ts'

const numbers = Array.from({ length: 10_000 }, (_, i) => i)

test('fates are the same for the same seed and item, and as frequent as they should be', () => {
  const rates = { throw: 0.1, exit: 0.02, hang: 0.3 }
  const fates = (seed: number) => {
    const saboteur = new Saboteur({ seed, rates })
    return numbers.map((n) => saboteur.fateOf(n))
  }
  expect(fates(1)).toEqual(fates(1))
  expect(fates(1)).not.toEqual(fates(2))
  const share = (fate: Fate) => fates(3).filter((each) => each === fate).length / numbers.length
  for (const [fate, rate] of Object.entries(rates)) {
    expect(Math.abs(share(fate as Fate) - rate), fate).toBeLessThan(0.02)
  }
  expect(share('delay')).toBe(0)
})

test('items with one key meet one fate, and rates of 0 and 1 are exact', () => {
  const saboteur = new Saboteur({
    seed: 1,
    rates: { throw: 0.5 },
    keyOf: (item) => (item as string)[0] as string,
  })
  for (const letter of 'abcdefgh') expect(saboteur.fateOf(`${letter}1`)).toBe(saboteur.fateOf(`${letter}2`))
  const always = new Saboteur({ seed: 1, rates: { throw: 0.7, delay: 0.3 } })
  const never = new Saboteur({ seed: 1, rates: {} })
  expect(numbers.every((n) => always.fateOf(n) !== undefined)).toBe(true)
  expect(numbers.every((n) => never.fateOf(n) === undefined)).toBe(true)
})

test('a function is delayed, throws, or gives what cannot be cloned', async () => {
  const double = (n: number): number => 2 * n
  const wrap = (fate: Fate) => new Saboteur({ seed: 1, rates: { [fate]: 1 }, delayMs: 0 }).wrap(double)
  expect(await wrap('delay')(4)).toBe(8)
  expect(() => wrap('throw')(4)).toThrow(expect.objectContaining({ code: 'SABOTAGE' }))
  expect(() => structuredClone(wrap('uncloneable')(4))).toThrow()
  expect(new Saboteur({ seed: 1, rates: {} }).wrap(double)(4)).toBe(8)
})

test('a term delays on the clock of the run', async () => {
  const clock = new VirtualClock()
  const source = kernelTerm<never, number>('source', { kind: 'source', self: {}, f: () => [1, 2] })
  const saboteur = new Saboteur({ seed: 1, rates: { delay: 1 }, delayMs: 3600_000 })
  const running = run(source.pipe(saboteur.term<number>()), { clock })
  const seen: number[] = []
  const reading = (async () => {
    for await (const item of running.output()) seen.push(item)
  })()
  await clock.advance(3600_000)
  expect(seen).toEqual([1])
  await clock.advance(3600_000)
  await reading
  expect(seen).toEqual([1, 2])
})

test('an item can be left alone once it has met its fate, by whomever', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-saboteur-'))
  try {
    const options = { seed: 5, rates: { throw: 0.5 }, onceIn: folder }
    const outcomes = (saboteur: Saboteur) =>
      numbers.slice(0, 200).map((n) => {
        try {
          return saboteur.wrap(() => 'fine')(n)
        } catch {
          return 'thrown'
        }
      })
    const [one, other] = [new Saboteur(options), new Saboteur(options)]
    const expected = numbers.slice(0, 200).map((n) => (one.fateOf(n) === 'throw' ? 'thrown' : 'fine'))
    expect(outcomes(one)).toEqual(expected)
    expect(outcomes(other)).toEqual(expected.map(() => 'fine'))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('rates that make no sense are refused', () => {
  expect(() => new Saboteur({ seed: 1, rates: { throw: 1.5 } })).toThrow('rates.throw')
  expect(() => new Saboteur({ seed: 1, rates: { throw: 0.6, hang: 0.6 } })).toThrow('together')
})
