/** Goal: only pauses are searched for, and nothing twice in a row; in virtual time, stroke by stroke. */
import { settle, VirtualClock } from 'millrace/testing'
import { Subject } from 'rxjs'
import { afterEach, expect, test, vi } from 'vitest'
import { main, search } from './09-rxjs.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('prints what is found for each pause', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const clock = new VirtualClock()
  const strokes = new Subject<string>()
  const done = main(() => strokes, { clock })
  await settle()
  for (const [text, pauseMs] of [
    ['m', 20],
    ['mill', 300],
    ['mil', 20],
    ['mill', 300],
    ['ma', 99],
    ['mar', 100],
    ['q', 0],
  ] as const) {
    strokes.next(text)
    await clock.advance(pauseMs)
  }
  strokes.complete()
  const { outcome, items } = await done
  expect(log.mock.calls.flat()).toEqual([
    'mill: The Mill on the Floss',
    'mar: Middlemarch, Silas Marner',
    'q: nothing',
  ])
  expect([outcome, items.in, items.out, items.discarded, clock.pending]).toEqual(['completed', 7, 3, 0, 0])
})

test('is drawn as its head says', () => {
  expect(String(search(() => new Subject()))).toBe(
    '(Term(fromObservable); Term(debounceTime); Term(distinctUntilChanged); Term(search); Term(print))',
  )
})
