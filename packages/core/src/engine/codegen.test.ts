// Generated loops: every way out of one, at every place in a chain, shared and hot, gives the plain answer.

import { expect, test } from 'vitest'
import { run } from '../run/run.ts'
import { settled } from '../test/deadline.ts'
import { Collect, count, filter, flatMap, fold, id, items, map, source, take } from '../test/terms.ts'
import { checkLedger } from '../testing/ledger.ts'
import { SinkProbe } from '../testing/sink-probe.ts'
import { loopSource, PARAMETERS, type Shape, shapeKey } from './codegen.ts'
import { HOT_ITEMS } from './loops.ts'

const SHAPE: Shape = {
  kinds: ['map', 'filter', 'scan', 'take', 'flatMap', 'apply'],
  first: 0,
  head: 'window',
  tail: 'push',
  timed: false,
  tagged: false,
  resumed: false,
  numeric: false,
}

test('the text of a loop is a function body for every shape', () => {
  for (const head of ['window', 'iterator'] as const)
    for (const tail of ['push', 'none'] as const)
      for (const timed of [true, false])
        for (const resumed of [true, false]) {
          const shape: Shape = { ...SHAPE, head, tail, timed, resumed, first: resumed ? 1 : 0 }
          expect(() => new Function(...PARAMETERS, loopSource(shape))).not.toThrow()
        }
  expect(() => loopSource({ ...SHAPE, kinds: ['stream'] })).toThrow('never part of a loop')
})

test('equal shapes have equal keys, others do not', () => {
  const others: Partial<Shape>[] = [
    { kinds: ['map'] },
    { first: 1 },
    { head: 'iterator' },
    { tail: 'none' },
    { timed: true },
    { tagged: true },
    { resumed: true },
  ]
  const keys = [SHAPE, ...others.map((other) => ({ ...SHAPE, ...other }))].map(shapeKey)
  expect(new Set(keys).size).toBe(keys.length)
  expect(shapeKey({ ...SHAPE })).toBe(keys[0])
})

/** The ways out of a loop, each as a term that passes its items on. */
const EXITS = {
  normal: () => map((n: number) => n),
  pending: () => map(async (n: number) => n),
  'now and then pending': () => map((n: number) => (n % 3 === 0 ? Promise.resolve(n) : n)),
  array: () => flatMap((n: number) => [n]),
  iterable: () => flatMap((n: number) => new Set([n])),
  'promise of an array': () => flatMap(async (n: number) => [n]),
  'async iterable': () =>
    flatMap(async function* (n: number) {
      yield n
    }),
} as const

const names = Object.keys(EXITS) as (keyof typeof EXITS)[]

test.each(names.flatMap((a) => names.map((b) => [a, b] as const)))('%s, then %s', async (a, b) => {
  for (const upTo of [0, 1, 30]) {
    const sink = new SinkProbe<number>().request()
    const chain = count(upTo).pipe(
      id(),
      EXITS[a](),
      filter((n: number) => n % 2 === 0),
      EXITS[b](),
      id(),
    )
    const summary = await settled(run(chain.pipe(sink.edge({ capacityItems: 1 }))))
    expect(sink.received).toEqual(Array.from({ length: upTo }, (_, i) => i).filter((n) => n % 2 === 0))
    checkLedger(summary)
  }
})

test('hot loops give what shared ones do', async () => {
  const upTo = HOT_ITEMS * 5
  for (const exit of names) {
    const sink = new Collect<number>()
    const small = exit.includes('async') || exit.includes('p') ? upTo / 4 : upTo
    const summary = await settled(
      run(
        count(small + HOT_ITEMS).pipe(
          EXITS[exit](),
          map((n: number) => n + 1),
          sink,
        ),
      ),
    )
    expect(summary.result(sink)).toEqual(Array.from({ length: small + HOT_ITEMS }, (_, i) => i + 1))
  }
})

test('hot loops of terms that differ in their closures only stay apart', async () => {
  const sums = await Promise.all(
    [1, 2, 3].map(async (by) => {
      const sink = new Collect<number>()
      const times = map((n: number) => n * by)
      const term = count(HOT_ITEMS * 3).pipe(
        times,
        fold((sum: number, n: number) => sum + n, 0),
        sink,
      )
      return (await settled(run(term))).result(sink)[0]
    }),
  )
  const whole = (HOT_ITEMS * 3 * (HOT_ITEMS * 3 - 1)) / 2
  expect(sums).toEqual([whole, whole * 2, whole * 3])
})

test('a failure keeps the item, the term, and what came before it', async () => {
  for (const at of [0, 7, HOT_ITEMS * 2]) {
    const sink = new SinkProbe<number>().request()
    const failing = map((n: number) => {
      if (n === at) throw new Error('here')
      return n
    }).named('failing')
    const r = run(
      source(() => Array.from({ length: at + 10 }, (_, i) => i)[Symbol.iterator]()).pipe(id(), failing, sink),
    )
    await expect(r.done).rejects.toMatchObject({
      term: 'failing',
      phase: 'item',
      item: at,
      cause: { message: 'here' },
    })
    expect(sink.received).toEqual(Array.from({ length: at }, (_, i) => i))
  }
})

test('a generator that fails in the middle of an expansion is blamed, with its item', async () => {
  for (const f of [
    function* (n: number) {
      yield n
      throw new Error('here')
    },
    async function* (n: number) {
      yield n
      throw new Error('here')
    },
    () => ({
      [Symbol.iterator]() {
        throw new Error('here')
      },
    }),
  ]) {
    const expansion = flatMap(f as (n: number) => Iterable<number>).named('expansion')
    await expect(run(items([4]).pipe(id(), expansion, new Collect())).done).rejects.toMatchObject({
      code: 'TERM_FAILED',
      term: 'expansion',
      phase: 'item',
      item: 4,
    })
  }
})

test('a flatMap that gives no iterable is told so', async () => {
  await expect(
    run(
      count(1).pipe(
        flatMap(() => 5 as any),
        new Collect(),
      ),
    ).done,
  ).rejects.toMatchObject({
    code: 'TERM_FAILED',
    message: expect.stringContaining('must give an iterable, but gave 5'),
  })
})

test('take ends its stream in the middle of nested expansions, and closes what was open', async () => {
  const closed: string[] = []
  const sink = new Collect<number>()
  const outer = flatMap(function* (n: number) {
    try {
      while (true) yield n
    } finally {
      closed.push('outer')
    }
  })
  const inner = flatMap(async function* (n: number) {
    try {
      while (true) yield n
    } finally {
      closed.push('inner')
    }
  })
  const summary = await settled(
    run(
      count(3).pipe(
        outer,
        inner,
        flatMap((n: number) => [n, n, n]),
        take(5),
        sink,
      ),
    ),
  )
  expect(summary.result(sink)).toEqual([0, 0, 0, 0, 0])
  expect(closed.sort()).toEqual(['inner', 'outer'])
  checkLedger(summary)
})

test('take(0) takes nothing and opens no source', async () => {
  let opened = 0
  const sink = new Collect<number>()
  const never = source(function* () {
    opened++
    yield 1
  })
  const summary = await settled(run(never.pipe(take(0), sink)))
  expect([summary.result(sink), opened]).toEqual([[], 0])
})
