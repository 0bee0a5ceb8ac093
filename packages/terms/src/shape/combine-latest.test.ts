/** Goal: rows of the newest items: exactly those of rxjs where the order of arrival is fixed, consistent where not. */

import { parallel, run } from '@millrace/core'
import { SinkProbe, SourceProbe, settle } from '@millrace/core/testing'
import fc from 'fast-check'
import * as r from 'rxjs'
import { expect, test } from 'vitest'
import { combineLatest, fromIterable, toArray, withLatestFrom } from '../index.ts'
import { REFUSED, settings } from './test/everywhere.ts'

const events = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat()), { maxLength: 12 })

test('in a fixed order of arrival the rows are those of rxjs', async () => {
  await fc.assert(
    fc.asyncProperty(events, async (arrivals) => {
      const subjects = { a: new r.Subject<number>(), b: new r.Subject<number>() }
      const both: unknown[] = []
      const onA: unknown[] = []
      r.combineLatest(subjects).subscribe((row) => both.push(row))
      subjects.a.pipe(r.withLatestFrom(subjects.b)).subscribe(([a, b]) => onA.push({ a, b }))

      const probes = [0, 1].map(() => ({ a: new SourceProbe<number>('a'), b: new SourceProbe<number>('b') }))
      const sinks = [new SinkProbe<unknown>(), new SinkProbe<unknown>()]
      const terms = [combineLatest<{ a: number; b: number }>(), withLatestFrom<{ a: number; b: number }>('a')]
      const runs = terms.map((term, i) =>
        run(parallel(probes[i] ?? {}).pipe(term as never, sinks[i] as never)),
      )
      for (const sink of sinks) sink.request()
      for (const [name, value] of arrivals) {
        subjects[name as 'a' | 'b'].next(value)
        for (const probe of probes) probe[name as 'a' | 'b'].send(value)
        await settle(3)
      }
      for (const probe of probes) {
        probe.a.end()
        probe.b.end()
      }
      await Promise.all(runs.map(({ done }) => done))
      expect(sinks[0]?.received).toEqual(both)
      expect(sinks[1]?.received).toEqual(onA)
    }),
    { numRuns: 15 },
  )
})

test('however the inputs interleave: rows go up one column at a time, to the last of each', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 9 }), fc.nat({ max: 9 }), settings(), async (n, m, options) => {
      const upTo = (count: number) => fromIterable(Array.from({ length: count }, (_, i) => i))
      const rows = await toArray(parallel(upTo(n), upTo(m)).pipe(combineLatest()), options)
      if (n === 0 || m === 0) expect(rows).toEqual([])
      else {
        expect(rows.at(-1)).toEqual([n - 1, m - 1])
        const steps = rows.slice(1).map(([a, b], i) => a - (rows[i]?.[0] ?? 0) + b - (rows[i]?.[1] ?? 0))
        expect(steps.every((step) => step === 1)).toBe(true)
      }
    }),
    { numRuns: 40 },
  )
})

test('withLatestFrom names its port', async () => {
  expect(() => withLatestFrom(3 as never)).toThrow(REFUSED)
  const both = parallel({ a: fromIterable([1]), b: fromIterable([2]) })
  await expect(toArray(both.pipe(withLatestFrom('c' as never)))).rejects.toMatchObject({
    cause: { code: 'INVALID_OPTION' },
  })
})

test('a cancel ends what waits', async () => {
  const both = parallel({ a: new SourceProbe<number>(), b: new SourceProbe<number>() })
  const running = run(both.pipe(combineLatest()))
  await settle()
  await running.cancel()
  await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
})
