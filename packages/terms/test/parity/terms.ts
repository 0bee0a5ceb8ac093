/** The rows on terms. */

import {
  type Context,
  FlatMapTerm,
  FunctionTerm,
  parallel,
  run,
  SourceTerm,
  type StreamContext,
  StreamTerm,
  type View,
} from '@millrace/core'
import { VirtualClock } from '@millrace/core/testing'
import { expect } from 'vitest'
import {
  addIndex,
  asRecord,
  constant,
  delay,
  dump,
  filter,
  flattenRecord,
  fromIterable,
  id,
  itemFilter,
  keyFilter,
  keyValueFilter,
  linearizer,
  map,
  mergeToSingleStream,
  pprint,
  print,
  printKeys,
  reduce,
  rename,
  scan,
  spawnBy,
  stop,
  take,
  toArray,
} from '../../src/index.ts'

export const termRows = {
  'SourceTerm: enter, exit, state, stop': async () => {
    const log: string[] = []
    class Count extends SourceTerm<number, number> {
      override initialState = () => 10
      override enter() {
        log.push('enter')
      }
      override exit() {
        log.push('exit')
      }
      override *generate(ctx: Context<number, never>) {
        for (;;) yield ctx.state++
      }
    }
    expect(await toArray(new Count().pipe(take(2)))).toEqual([10, 11])
    expect(log).toEqual(['enter', 'exit'])
    const endless = run(new Count().pipe(stop()))
    expect((await endless.stop()).outcome).toBe('stopped')
  },

  'ConstantSourceTerm, IterableSource(iterable, formatter)': async () => {
    expect(await toArray(constant({ x: 1 }, { count: 2 }))).toEqual([{ x: 1 }, { x: 1 }])
    expect(await toArray(fromIterable([1, { val: 2 }], asRecord))).toEqual([{ val: 1 }, { val: 2 }])
  },

  'FunctionTerm.f: several inputs by name, None filters, output several times': async () => {
    class Both extends FunctionTerm<{ a: number; b: number }, number> {
      f({ a, b }: { a: number; b: number }, ctx: Context<unknown, number>) {
        if (a === 2) return undefined
        ctx.emit(-a)
        return a + b
      }
    }
    const rows = parallel({ a: fromIterable([1, 2, 3]), b: fromIterable([10, 20, 30]) })
    expect(await toArray(rows.pipe(new Both()))).toEqual([-1, 11, -3, 33])
  },

  'FunctionTerm.run(view...): at its own pace, looking back': async () => {
    class Differences extends StreamTerm<number, number> {
      override readonly history = { items: 2 }
      async run(view: View<number>, ctx: StreamContext<unknown, number>) {
        for await (const item of view) if (view.length > 1) await ctx.emit(item - view.at(-2))
      }
    }
    expect(await toArray(fromIterable([1, 4, 9]).pipe(new Differences()))).toEqual([3, 5])
  },

  'StatefulFunctionTerm, FlatMapTerm': async () => {
    class Repeat extends FlatMapTerm<number, number> {
      *f(n: number) {
        for (let i = 0; i < n; i++) yield n
      }
    }
    const totals = fromIterable([2, 0, 1]).pipe(
      new Repeat(),
      scan((total, n) => total + n, 0),
    )
    expect(await toArray(totals)).toEqual([2, 4, 5])
  },

  'DynamicSpawnTerm(filter_key, spawn_fun)': async () => {
    const counted = fromIterable(['a', 'b', 'a']).pipe(
      spawnBy(
        (key) => key,
        (key) => scan((n: number) => n + 1, 0).pipe(map((n) => key + n)),
      ),
    )
    expect((await toArray(counted)).sort()).toEqual(['a1', 'a2', 'b1'])
  },

  Stop: async () => {
    const { items } = await run(fromIterable([1, 2]).pipe(stop())).done
    expect([items.in, items.discarded]).toEqual([2, 0])
  },

  Flatten: async () => {
    expect(await toArray(fromIterable([{ a: { out: 0 } }]).pipe(flattenRecord()))).toEqual([{ 'a.out': 0 }])
  },

  'MergeToSingleStream(combine)': async () => {
    const rows = parallel({ a: fromIterable([{ x: 1, y: 1 }]), b: fromIterable([{ y: 2 }]) })
    expect(await toArray(rows.pipe(mergeToSingleStream()))).toEqual([{ a: { x: 1, y: 1 }, b: { y: 2 } }])
    expect(await toArray(rows.pipe(mergeToSingleStream({ combine: true })))).toEqual([{ x: 1, y: 2 }])
  },

  'Linearizer(info)': async () => {
    const streams = parallel({ a: fromIterable([1]), b: fromIterable([2]) })
    expect((await toArray(streams.pipe(linearizer()))).sort()).toEqual([1, 2])
    const tagged = await toArray(streams.pipe(linearizer({ info: true })))
    expect(tagged.find(({ name }) => name === 'b')).toEqual({ name: 'b', data: 2 })
  },

  'KeyValueFilter, DataItemFilter, KeyFilter(keys | not_keys)': async () => {
    const items = fromIterable([{ a: 1, b: 2 }])
    expect(await toArray(items.pipe(keyValueFilter((_key, value) => value > 1)))).toEqual([{ b: 2 }])
    expect(await toArray(items.pipe(itemFilter(({ a }) => a > 1)))).toEqual([])
    expect(await toArray(items.pipe(keyFilter({ keys: ['a'] })))).toEqual([{ a: 1 }])
    expect(await toArray(items.pipe(keyFilter({ notKeys: ['a'] })))).toEqual([{ b: 2 }])
    expect(() => keyFilter({ keys: ['a'], notKeys: ['b'] } as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    )
  },

  'Print(keys, not_keys, print_fun, date_to_str), PPrint, PrintKeys, Dump': async () => {
    const shown: unknown[] = []
    const show = (text: unknown) => shown.push(text)
    const item = { at: new Date(0), b: 1 }
    const printed = fromIterable([item]).pipe(
      print({ keys: ['b'], print: show }),
      pprint({ print: show, dateToString: (date) => `${date.getTime()}` }),
      printKeys({ print: show }),
      dump({ print: show, notKeys: ['at'] }),
    )
    expect(await toArray(printed)).toEqual([item])
    expect(shown).toEqual([{ b: 1 }, "{ at: '0', b: 1 }", 'at, b', 'dump: { b: 1 }'])
  },

  'Rename(fun or dict), Id, AddIndex(key, index)': async () => {
    const items = fromIterable([{ a: 1 }, { a: 2 }])
    expect(await toArray(items.pipe(rename({ a: 'b' })))).toEqual([{ b: 1 }, { b: 2 }])
    expect(await toArray(items.pipe(rename((key) => key + key)))).toEqual([{ aa: 1 }, { aa: 2 }])
    expect(await toArray(items.pipe(id(), addIndex('i', 5)))).toEqual([
      { a: 1, i: 5 },
      { a: 2, i: 6 },
    ])
  },

  'Delay(delay_s)': async () => {
    const clock = new VirtualClock()
    const items = toArray(fromIterable([1, 2]).pipe(delay(1000, { maxItems: 1 })), { clock })
    await clock.advance(2000)
    expect([await items, clock.now()]).toEqual([[1, 2], 2000])
  },

  'EosFilter: the end is no item, so nothing but the end passes a filter that is false': async () => {
    const ends = fromIterable([1, 2]).pipe(
      filter(() => false),
      reduce((n) => n, 'ended'),
    )
    expect(await toArray(ends)).toEqual(['ended'])
  },
}
