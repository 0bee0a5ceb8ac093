/** Goal: `run` takes its options from code by the same rules and with the same messages as the command line does. */
import { InvalidOptionError } from '@millrace/core'
import { collect, fromIterable, map } from '@millrace/terms'
import { expect, test } from 'vitest'
import { run } from './run.ts'

function numbers() {
  const double = map((n: number) => 2 * n).named('double')
  return { double, term: fromIterable([1, 2, 3]).pipe(double, collect()) }
}

function thrown(options: unknown): unknown {
  try {
    run(numbers().term, options as object)
  } catch (error) {
    return error
  }
  return undefined
}

test.each<[unknown, string]>([
  [null, 'The config must be a record of options, but is null.'],
  [
    { scheduler: { strategy: 'pol' } },
    'scheduler.strategy must be one of inline, dedicated, pool, work-stealing, hybrid, distributed, but is "pol". Did you mean pool?',
  ],
  [
    { edges: { capacityItems: 0 } },
    'edges.capacityItems must be a whole number, at least 1, or Infinity, but is 0.',
  ],
  [
    { signl: 1 },
    'unknown option signl (1). Did you mean signal? ' +
      'Allowed: edges, batchItems, growthLimitItems, starvationMs, cleanupTimeoutMs, onError, strict, failureRate, checkpoint, scheduler, terms, signal, clock, statsEveryMs, onSpan, metrics, pick, replay, overwrite, taps, ui.',
  ],
  [{ signal: true }, 'signal must be an AbortSignal, but is true.'],
  [{ clock: Date }, 'clock must be a clock with now(), monotonic() and after(), but is function Date.'],
  [{ statsEveryMs: 0 }, 'statsEveryMs must be a number of milliseconds above 0, but is 0.'],
  [{ pick: 0 }, 'pick must be a function, but is 0.'],
  [
    { terms: { duoble: { local: true } } },
    'terms.duoble ({"local":true}) matches no term of the graph. Did you mean double? Its terms: fromIterable, double, collect.',
  ],
  [{ batchItems: 0, growthLimitItems: 0 }, expect.stringMatching(/^batchItems .*\ngrowthLimitItems .*$/)],
])('%j is refused at once', (options, message) => {
  expect(thrown(options)).toMatchObject({ code: 'INVALID_OPTION', message })
})

test('the error is of the catalogue’s class, and its stack begins with its message', () => {
  const error = thrown({ batchItem: 1 }) as Error
  expect(error).toBeInstanceOf(InvalidOptionError)
  expect(error.stack?.split('\n')[0]).toBe(`InvalidOptionError: ${error.message}`)
})

test('a deep or cyclic value where none belongs is described', () => {
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  expect(thrown({ placement: cyclic })).toMatchObject({
    message: expect.stringMatching(/^unknown option placement \(/),
  })
})

test('settings of terms hold for the run that they are given to, and no longer', async () => {
  const { term, double } = numbers()
  const bounded = run(term, { terms: { 'doub*': { capacityItems: 2, local: true } } })
  expect([double.edgeOptions, double.isLocal]).toEqual([{}, false])
  const plain = run(term)
  const [first, second] = [await bounded.done, await plain.done]
  expect(first.edges.map(({ kind, to, capacityItems }) => [kind, to, capacityItems])).toEqual([
    ['queue', 'double', 2],
    ['fused', 'collect', 0],
  ])
  expect(second.edges.map(({ kind }) => kind)).toEqual(['fused', 'fused'])
  expect(double.isLocal).toBe(false)
  expect([first.results, second.results]).toEqual([{ collect: [2, 4, 6] }, { collect: [2, 4, 6] }])
})

test('a run that is refused for another reason pins nothing', () => {
  const open = map((n: number) => n)
  expect(() => run(open as never, { terms: { map: { local: true } } })).toThrow('has no input')
  expect(open.isLocal).toBe(false)
})
