/** Goal: a tap sees the very items, in their order, under every strategy, and changes neither answer nor ledger. */
import { run, type Tap } from 'millrace'
import { describe, expect, test } from 'vitest'
import { strategies } from '../src/config/settings.ts'
import tapped, { reading } from './fixtures/tapped.ts'

const COUNT = 500
const numbers = Array.from({ length: COUNT }, (_, n) => n)
const even = numbers.filter((n) => n % 2 === 0)
const rows = even.map((n, at) => ({ total: at * (at + 1), n }))

/** What leaves each term; of the sink, what enters it. */
const expected: Readonly<Record<string, readonly unknown[]>> = {
  numbers,
  read: numbers.map(reading),
  even: even.map(reading),
  total: rows.map(({ total }) => total),
  same: even.map(reading),
  row: rows,
  all: rows,
}

/** The terms whose items pass the caller's thread: more if there is no thread to be had for a worker. */
const lookedAt: Readonly<Record<(typeof strategies)[number], readonly string[]>> = {
  inline: Object.keys(expected),
  // `read` and `even` are one region
  pool: ['numbers', 'even', 'total', 'same', 'row', 'all'],
  'work-stealing': ['numbers', 'even', 'total', 'same', 'row', 'all'],
  // `collect` stays with the caller
  dedicated: ['all'],
  hybrid: ['even', 'total', 'same', 'row', 'all'],
}

async function runWith(strategy: (typeof strategies)[number], taps?: readonly Tap[]) {
  const running = run(tapped({}), {
    scheduler: { strategy, workers: 2 },
    ...(taps === undefined ? {} : { taps }),
  })
  const { items, results } = await running.done
  return { items, all: results['all'] }
}

describe.each(strategies)('%s', (strategy) => {
  test('every term, each by itself and all at once', async () => {
    const plain = await runWith(strategy)
    expect(plain.all).toEqual(rows)
    const seen: Record<string, unknown[]> = {}
    const taps = Object.keys(expected).map((term): Tap => {
      const items: unknown[] = []
      seen[term] = items
      return { term, onItem: (item) => void items.push(item) }
    })
    expect(await runWith(strategy, taps)).toEqual(plain)
    expect(seen).toEqual(expected)
    for (const term of ['even', 'total']) {
      const alone: unknown[] = []
      expect(await runWith(strategy, [{ term, onItem: (item) => void alone.push(item) }])).toEqual(plain)
      expect(alone).toEqual(expected[term])
    }
  })
})

test('a term that the graph does not have, and a port that it does not have, are named', () => {
  const tap = (term: string, port?: string) => () =>
    run(tapped({}), { taps: [{ term, ...(port === undefined ? {} : { port }), onItem: () => undefined }] })
  expect(tap('evn')).toThrow("one of the graph's: even")
  expect(tap('even', 'left')).toThrow('one of out')
})

test('a tap that throws ends the run, and is named', async () => {
  const onItem = (): void => {
    throw new Error('no')
  }
  await expect(run(tapped({}), { taps: [{ term: 'read', onItem }] }).done).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'tap(read)',
  })
})

test('an output that is read from outside is tapped, too', async () => {
  const { fromIterable, map } = await import('millrace/terms')
  const seen: unknown[] = []
  const running = run(fromIterable([1, 2, 3]).pipe(map((n) => n * n)), {
    taps: [{ term: 'map', onItem: (item) => void seen.push(item) }],
  })
  const read: number[] = []
  for await (const item of running.output()) read.push(item)
  expect([read, seen]).toEqual([
    [1, 4, 9],
    [1, 4, 9],
  ])
})

test.each(strategies)(
  'a look in mid-run, under %s: the terms that are seen; the answer stays',
  async (strategy) => {
    const terms: string[] = []
    for (const term of Object.keys(expected)) {
      const running = run(tapped({}), { scheduler: { strategy, workers: 2 } })
      const seen: unknown[] = []
      let refused: unknown
      running.on('start', () => {
        try {
          const look = { term, onItem: (item: unknown) => void seen.push(item) }
          running.peek(Object.defineProperty(look, 'isWanted', { get: () => seen.length < 20 }) as never)
        } catch (error) {
          refused = error
        }
      })
      const { results } = await running.done
      expect(results['all']).toEqual(rows)
      if (refused === undefined) {
        terms.push(term)
        expect(seen).toEqual((expected[term] as unknown[]).slice(0, 20))
      } else expect(refused).toMatchObject({ code: 'WRONG_STATE' })
    }
    expect(terms).toEqual(expect.arrayContaining([...lookedAt[strategy]]))
  },
)

test('a look can be stopped, and cannot be begun before the run or after it', async () => {
  const running = run(tapped({}), { batchItems: 8 })
  const seen: unknown[] = []
  const look = { term: 'read', isWanted: true, onItem: (item: unknown) => void seen.push(item) }
  expect(() => running.peek(look)).toThrow('the run is starting')
  running.on('start', () => {
    const stop = running.peek({ ...look, onItem: (item) => (seen.push(item) === 3 ? stop() : undefined) })
    expect(() => running.peek({ ...look, term: 'reed' })).toThrow("one of the graph's: read")
  })
  await running.done
  expect(seen.length).toBeLessThan(COUNT / 2)
  expect(() => running.peek(look)).toThrow('the run is ended')
})

test('a look goes past a take, and sees what it lets through', async () => {
  const { collect, fromIterable, map, take } = await import('millrace/terms')
  const taken = (...after: readonly ReturnType<typeof map<number, number>>[]) =>
    after.reduce(
      (term, next) => term.pipe(next),
      fromIterable(numbers).pipe(
        map((n) => n * n),
        take(3),
        take(9),
      ),
    )
  for (const term of [taken(), taken(map((n) => -n))]) {
    for (const at of ['map', 'take']) {
      const running = run(term.pipe(collect()))
      const seen: unknown[] = []
      running.on('start', () => {
        running.peek({ term: at, isWanted: true, onItem: (item) => void seen.push(item) })
      })
      await running.done
      expect(seen).toEqual([0, 1, 4])
    }
  }
})

test.each(['read', 'even', 'all'])(
  'what a look at %s throws ends the run, and fails no item of it',
  async (term) => {
    const { collect, filter, fromIterable, map } = await import('millrace/terms')
    const skip = { onError: 'skip' } as const
    const running = run(
      fromIterable(numbers).pipe(
        map((n: number) => n)
          .named('read')
          .onFailure(skip),
        filter((n: number) => n >= 0)
          .named('even')
          .onFailure(skip),
        collect<number>().named('all').onFailure(skip),
      ),
    )
    running.on('start', () => {
      const onItem = (item: unknown): void => {
        if (item === 3) throw new Error('no')
      }
      running.peek({ term, isWanted: true, onItem })
    })
    await expect(running.done).rejects.toMatchObject({
      ...{ code: 'TERM_FAILED', term: `tap(${term})`, item: 3 },
      cause: expect.objectContaining({ message: 'no' }),
    })
    expect(running.stats().items.deadLettered).toBe(0)
  },
)
