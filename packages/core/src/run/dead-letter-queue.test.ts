// Goal: every letter is read once, in order; a reader that does not keep up holds the graph back; one who leaves does not.

import { expect, test } from 'vitest'
import type { DeadLetter } from '../failure.ts'
import { FunctionTerm } from '../term/function-term.ts'
import { settled } from '../test/deadline.ts'
import { source } from '../test/terms.ts'
import { checkLedger } from '../testing/ledger.ts'
import { settle } from '../testing/virtual-clock.ts'
import { run } from './run.ts'

class Fails extends FunctionTerm<number, number> {
  override readonly concurrency: number

  constructor(concurrency: number) {
    super()
    this.concurrency = concurrency
  }

  f(): number {
    throw new Error('no')
  }
}

function failing(upTo: number, concurrency = 1) {
  const numbers = source(function* () {
    for (let n = 0; n < upTo; n++) yield n
  })
  return run(numbers.pipe(new Fails(concurrency).onFailure({ onError: 'skip' })))
}

test.each([1, 4])(
  'letters wait to be read, %i calls side by side: while they do, little more fails',
  async (concurrency) => {
    const r = failing(10_000, concurrency)
    const letters = r.deadLetters()
    await settle(20)
    const { deadLettered } = r.stats().items
    expect(deadLettered).toBeGreaterThanOrEqual(1024)
    expect(deadLettered).toBeLessThan(1024 + 2 * concurrency)
    const read: unknown[] = []
    for await (const { item } of letters) read.push(item)
    expect(read).toEqual(Array.from({ length: 10_000 }, (_, n) => n))
    checkLedger(await settled(r))
  },
)

test('nobody reads, or no more: letters are told and counted, none is kept', async () => {
  const r = failing(5000)
  let told = 0
  r.on('deadLetter', () => told++)
  for await (const letter of r.deadLetters()) {
    expect(letter).toMatchObject({
      term: 'Fails',
      item: 0,
      attempts: 1,
      kind: 'error',
    } satisfies Partial<DeadLetter>)
    break
  }
  const { failures } = await settled(r)
  expect([failures.deadLettered, told]).toEqual([5000, 5000])
})

test('letters end when the run does, well or not', async () => {
  const good = failing(2)
  const letters = good.deadLetters()
  await settled(good)
  expect([(await letters.next()).value?.item, (await letters.next()).value?.item]).toEqual([0, 1])
  expect(await letters.next()).toEqual({ done: true, value: undefined })

  const bad = failing(10_000)
  const some = bad.deadLetters()
  await settle(20)
  await bad.cancel('enough')
  let count = 0
  for await (const _ of some) count++
  expect(count).toBe(bad.stats().items.deadLettered)
  await expect(bad.done).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('one reader, from the start', async () => {
  const r = failing(1)
  r.deadLetters()
  expect(() => r.deadLetters()).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }))
  const late = failing(1)
  await settle()
  expect(() => late.deadLetters()).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }))
})
