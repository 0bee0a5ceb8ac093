/** The rows on grammar and graph. */

import {
  type Context,
  compileGraph,
  connect,
  FunctionTerm,
  parallel,
  run,
  sequential,
  type Term,
  toDot,
  toJSON,
  toMermaid,
} from '@millrace/core'
import { expect } from 'vitest'
import { collect, fromIterable, id, map, merge, toArray } from '../../src/index.ts'

const named = (name: string) => id<number>().named(name)

export const graphRows = {
  'a * b (SequentialTerm)': async () => {
    const plusOne = map((n: number) => n + 1)
    expect(await toArray(fromIterable([1, 2]).pipe(plusOne))).toEqual([2, 3])
    expect(await toArray(sequential(fromIterable([1, 2]), plusOne))).toEqual([2, 3])
  },

  'a | b (ParallelTerm)': async () => {
    const rows = fromIterable([1, 2]).parallel({ x: id(), y: map((n) => -n) })
    expect(await toArray(rows)).toEqual([
      { x: 1, y: -1 },
      { x: 2, y: -2 },
    ])
    // the same name twice, wired apart, so that the reader would get two streams of one name
    const twice = parallel(parallel({ x: named('a') }), parallel({ x: named('b') }))
    expect(() => compileGraph(fromIterable([1]).pipe(twice))).toThrow(
      expect.objectContaining({ code: 'TWO_WRITERS' }),
    )
  },

  'parallel([...]) of 10,000 terms': () => {
    const many = fromIterable([1]).pipe(
      parallel(...Array.from({ length: 10_000 }, () => id<number>())),
      merge(),
    )
    expect(compileGraph(many).nodes).toHaveLength(10_002)
  },

  'str(term)': () => {
    const term = named('u')
      .parallel(named('x'), named('y').parallel(named('z')))
      .pipe(merge().named('v'))
    expect(String(term)).toBe('(Term(u); (Term(x) | (Term(y); Term(z))); Term(v))')
    const flat = named('u').pipe(named('v').pipe(named('w')))
    expect(String(flat)).toBe('(Term(u); Term(v); Term(w))')
    const source = fromIterable([1]).pipe(flat)
    expect([toMermaid(source), toDot(source)].every((text) => text.includes('u'))).toBe(true)
    expect(toJSON(source).nodes.map((node) => node.id)).toEqual(['fromIterable', 'u', 'v', 'w'])
  },

  'shared term objects: (x | y) * a | y * b': async () => {
    const [x, y] = [named('x'), map((n: number) => n * 10).named('y')]
    const [a, b] = [collect<readonly [number, number]>(), collect<number>()]
    const term = fromIterable([1, 2]).pipe(parallel(parallel(x, y).pipe(a), y.pipe(b)))
    expect(compileGraph(term).nodes).toHaveLength(5)
    const summary = await run(term).done
    expect([summary.result(a), summary.result(b)]).toEqual([
      [
        [1, 10],
        [2, 20],
      ],
      [10, 20],
    ])
  },

  'cycles: car * (policy * car | total)': async () => {
    class Car extends FunctionTerm<number, number> {
      override enter(ctx: Context<unknown, number>) {
        ctx.emit(0)
      }
      f(speed: number) {
        return speed < 3 ? speed + 1 : undefined
      }
    }
    const [car, total] = [new Car(), collect<number>()]
    const loop = car.parallel(named('policy').pipe(car), total) as unknown as Term<never, never>
    expect((await run(loop).done).result(total)).toEqual([0, 1, 2, 3])
    const [p, q] = [named('p'), named('q')]
    expect(() => compileGraph(p.pipe(q, p))).toThrow(expect.objectContaining({ code: 'CYCLE_WITHOUT_SEED' }))
  },

  connect_output_to: async () => {
    const rows = fromIterable([2, 3]).parallel({ n: id(), square: map((n) => n * n) })
    const wired = connect(
      rows,
      map((n: number) => n / 2),
      { output: 'square' },
    )
    expect(await toArray(wired)).toEqual([2, 4.5])
  },

  names: () => {
    class Shout extends FunctionTerm<string, string> {
      f(text: string) {
        return text.toUpperCase()
      }
    }
    expect([new Shout().name, new Shout().named('loud').name]).toEqual(['Shout', 'loud'])
    const twice = fromIterable(['a']).pipe(new Shout(), new Shout())
    expect(toJSON(twice).nodes.map((node) => node.id)).toEqual(['fromIterable', 'Shout', 'Shout#2'])
  },
}
