/** The rows on items and streams. */

import {
  type Context,
  FunctionTerm,
  parallel,
  run,
  type StreamContext,
  StreamTerm,
  type Term,
  type View,
} from '@millrace/core'
import { settle, VirtualClock } from '@millrace/core/testing'
import { expect } from 'vitest'
import {
  collect,
  copyItem,
  equalItems,
  fromIterable,
  hashOfItem,
  id,
  keyOfItem,
  linearizer,
  mergeToSingleStream,
  reduce,
  toArray,
  withHistory,
} from '../../src/index.ts'

/** Runs `read` on a view of the items, and gives what it gives. */
async function viewing<Out>(
  items: readonly number[],
  read: (view: View<number>) => Promise<Out>,
  history: StreamTerm<number, Out>['history'] = 'none',
): Promise<Out | undefined> {
  class Reader extends StreamTerm<number, Out> {
    override readonly history = history
    override async run(view: View<number>, ctx: StreamContext<unknown, Out>) {
      await ctx.emit(await read(view))
    }
  }
  const sink = collect<Out>()
  const term = fromIterable(items).pipe(new Reader(), sink as never) as Term<never, never>
  const summary = await run(term).done
  return summary.result(sink)[0]
}

async function all(view: View<number>): Promise<void> {
  for (let item = await view.next(); item !== undefined; ) item = await view.next()
}

export const itemRows = {
  'DataItem: equality and hash by data, copy, get, iteration': () => {
    const item = { a: 1, b: { c: [2] } }
    const same = { b: { c: [2] }, a: 1 }
    expect([equalItems(item, same), equalItems(item, { ...same, a: 2 })]).toEqual([true, false])
    expect([hashOfItem(item), keyOfItem(item)]).toEqual([hashOfItem(same), keyOfItem(same)])
    const copy = copyItem(item, { a: 7 })
    copy.b.c.push(3)
    expect([item, copy]).toEqual([
      { a: 1, b: { c: [2] } },
      { a: 7, b: { c: [2, 3] } },
    ])
    expect([(item as { z?: number }).z ?? 'none', Object.entries(item).length]).toEqual(['none', 2])
  },

  'DataItem: time, when sent': async () => {
    class Times extends FunctionTerm<string, number> {
      override readonly usesTime = true
      f(_item: string, ctx: Context) {
        return ctx.time
      }
    }
    const clock = new VirtualClock(1234)
    expect(await toArray(fromIterable(['a']).pipe(new Times()), { clock })).toEqual([1234])
  },

  'control item EOS: a term with several inputs ends with the first': async () => {
    const streams = parallel({ a: fromIterable([1, 2, 3]), b: fromIterable([4]) })
    const rows = collect<{ a: number; b: number }>()
    const summary = await run(streams.pipe(id(), rows)).done
    expect([summary.result(rows), summary.items.unmatched]).toEqual([[{ a: 1, b: 4 }], 2])
    expect(await toArray(streams.pipe(linearizer()))).toHaveLength(4)
    expect(await toArray(fromIterable<number>([]).pipe(reduce((n) => n + 1, 0)))).toEqual([0])
  },

  'DataStream history, HistoryBound': async () => {
    const kept = async (history: StreamTerm<number, number>['history']) =>
      viewing([1, 2, 3, 4], async (view) => all(view).then(() => view.length), history)
    expect([await kept('none'), await kept({ items: 3 })]).toEqual([1, 3])
    const pairs = fromIterable([1, 4, 9]).pipe(withHistory({ items: 2 }, (_, history) => [...history]))
    expect(await toArray(pairs)).toEqual([[1], [1, 4], [4, 9]])
  },

  'DataStreamView: next, peek, view[-1], view[0], len, IndexError': async () => {
    const seen = await viewing(
      [1, 2, 3],
      async (view) => {
        await view.next()
        await settle() // until the second is there
        const [peeked, second] = [view.peek(), await view.next()]
        const ends = [view.at(0), view.at(-1), view.length]
        return { peeked, second, ends, outside: view.at.bind(view, 2) }
      },
      { items: 2 },
    )
    expect(seen).toMatchObject({ peeked: 2, second: 2, ends: [1, 2, 2] })
    expect(seen?.outside).toThrow(RangeError)
  },

  'streams by name reach one reader as rows': async () => {
    const rows = parallel({ a: fromIterable([1]), b: fromIterable(['x']) }).pipe(mergeToSingleStream())
    expect(await toArray(rows)).toEqual([{ a: 1, b: 'x' }])
  },
}
