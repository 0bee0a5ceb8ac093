/** Goal: copies are bounded in number, end in time and in order, and leave nothing behind, whatever happens. */

import { type Context, FunctionTerm, run } from '@millrace/core'
import { SinkProbe, SourceProbe, settle, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { batch, collect, delay, fromIterable, map, scan, spawnBy, take, toArray } from '../index.ts'
import { badInput } from '../test/failing.ts'

test('one key too many is an error, or ends the copy used longest ago', async () => {
  const keys = fromIterable([1, 2, 1, 3, 2])
  const count = () => scan((n: number) => n + 1, 0)
  await expect(toArray(keys.pipe(spawnBy((n) => n, count, { maxKeys: 2 })))).rejects.toEqual(
    badInput('spawnBy', 'has 2 copies at work, and 3 is another key'),
  )
  const named = (key: number) => count().pipe(map((n) => `${key}:${n}`))
  const evicting = keys.pipe(spawnBy((n: number) => n, named, { maxKeys: 2, whenFull: 'evict' }))
  // 3 ends the copy of 2, and the new copy of 2 ends that of 1
  expect((await toArray(evicting)).sort()).toEqual(['1:1', '1:2', '2:1', '2:1', '3:1'])
})

test('no more copies are at work than maxKeys, also while some finish', async () => {
  let [atWork, most] = [0, 0]
  class Counting extends FunctionTerm<number, number> {
    override enter() {
      most = Math.max(most, ++atWork)
    }
    override async exit() {
      await settle()
      atWork--
    }
    async f(n: number) {
      return n
    }
  }
  const all = Array.from({ length: 200 }, (_, i) => (i * 7919) % 23)
  const term = spawnBy(
    (n: number) => n,
    () => new Counting(),
    { maxKeys: 5, whenFull: 'evict', isLast: (n) => n % 4 === 0 },
  )
  expect((await toArray(fromIterable(all).pipe(term))).sort()).toEqual([...all].sort())
  expect([atWork, most]).toEqual([0, 5])
})

test('isLast ends the copy behind the item; the key then begins anew', async () => {
  const texts = fromIterable(['a1', 'a2.', 'b1', 'a3', 'a4.', 'b2.'])
  const joined = texts.pipe(
    spawnBy(
      (text) => text[0],
      () => batch<string>(10),
      { isLast: (text) => text.endsWith('.') },
    ),
  )
  expect((await toArray(joined)).sort()).toEqual([
    ['a1', 'a2.'],
    ['a3', 'a4.'],
    ['b1', 'b2.'],
  ])
})

test('a new copy waits for what the one before it still gives', async () => {
  const clock = new VirtualClock()
  let spawned = 0
  const results = toArray(
    fromIterable(['a', 'b']).pipe(
      spawnBy(
        () => 0,
        () => delay<string>(spawned++ === 0 ? 100 : 1),
        { isLast: () => true },
      ),
    ),
    { clock },
  )
  await clock.advance(100)
  await clock.advance(1)
  expect([await results, spawned]).toEqual([['a', 'b'], 2])
})

test('idle copies end, on the clock of the run; no timer is left', async () => {
  const clock = new VirtualClock()
  const source = new SourceProbe<string>()
  const sink = new SinkProbe<string[]>().request()
  const { done } = run(
    source.pipe(
      spawnBy(
        (text) => text[0],
        () => batch<string>(9),
        { idleMs: 100 },
      ),
      sink,
    ),
    {
      clock,
    },
  )
  source.send('a1')
  await clock.advance(60)
  source.send('b1')
  await clock.advance(39)
  expect(sink.received).toEqual([])
  await clock.advance(1)
  expect(sink.received).toEqual([['a1']])
  source.send('a2', 'b2')
  await clock.advance(99)
  expect(sink.received).toEqual([['a1']])
  source.end()
  await clock.advance(0)
  expect([...sink.received].sort()).toEqual([['a1'], ['a2'], ['b1', 'b2']])
  await done
  expect(clock.pending).toBe(0)
})

test('a copy that has had enough lets the items of its key go', async () => {
  const all = Array.from({ length: 1000 }, (_, i) => i)
  const firsts = fromIterable(all).pipe(
    spawnBy(
      (n) => n % 3,
      () => take<number>(2),
      { capacityItems: 4 },
    ),
  )
  expect((await toArray(firsts)).sort()).toEqual([0, 1, 2, 3, 4, 5])
})

test('nor does an item wait for a copy that has had enough', async () => {
  class SlowToGo extends FunctionTerm<number, number> {
    override async exit() {
      await settle(30)
    }
    f(n: number) {
      return n
    }
  }
  const firsts = fromIterable([...Array(50).keys()]).pipe(
    spawnBy(
      () => 0,
      () => new SlowToGo().pipe(take(1)),
      { capacityItems: 1 },
    ),
  )
  expect(await toArray(firsts)).toEqual([0])
})

test('a run is over only when every copy has exited', async () => {
  let exited = 0
  class SlowToGo extends FunctionTerm<number, number> {
    override async exit() {
      await settle(30)
      exited++
    }
    f(n: number) {
      return n
    }
  }
  const source = new SourceProbe<number>()
  const cancelled = run(
    source.pipe(
      spawnBy(
        (n) => n,
        () => new SlowToGo(),
      ),
    ),
  )
  source.send(1, 2, 3)
  await settle()
  await cancelled.cancel('enough')
  expect(exited).toBe(3)
  await expect(cancelled.done).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('a failing copy fails the run, with its item; the other copies exit', async () => {
  const exited: string[] = []
  class Fragile extends FunctionTerm<number, number> {
    readonly #key: number
    constructor(key: number) {
      super()
      this.#key = key
    }
    override exit(_ctx: Context) {
      exited.push(`${this.#key}`)
    }
    f(n: number) {
      if (n === 5) throw new Error('five')
      return n
    }
  }
  const source = new SourceProbe<number>()
  const { done } = run(
    source.pipe(
      spawnBy(
        (n) => n % 3,
        (key) => new Fragile(key),
      ),
      collect(),
    ),
  )
  source.send(0, 1, 5)
  await expect(done).rejects.toMatchObject({ code: 'TERM_FAILED', term: 'Fragile', item: 5 })
  expect(exited.sort()).toEqual(['0', '1', '2'])
})

test('a cancelled run ends every copy, timers included', async () => {
  const clock = new VirtualClock()
  const source = new SourceProbe<number>()
  const waiting = run(
    source.pipe(
      spawnBy(
        (n) => n,
        () => delay<number>(1000),
        { idleMs: 50 },
      ),
    ),
    { clock },
  )
  source.send(1, 2, 3)
  await clock.advance(10)
  expect(clock.pending).toBe(4)
  await waiting.cancel('enough')
  expect(clock.pending).toBe(0)
  await expect(waiting.done).rejects.toMatchObject({ code: 'CANCELLED' })
})
