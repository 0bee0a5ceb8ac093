/** How the law tests use fast-check: few runs with a fixed seed by default, many and new ones on demand. */

import fc from 'fast-check'
import type { RunOptions } from '../run/options.ts'
import { Choices, type Chooser, seededSchedule } from '../testing/random.ts'
import { randomMergeSpec, randomSpec, type SpecLimits } from '../testing/random-spec.ts'
import type { GraphSpec } from '../testing/spec.ts'

/**
 * `MILLRACE_LAW_RUNS=50` makes 50 times as many runs of every property; `MILLRACE_LAW_SEED=7` takes another seed,
 * `random` a new one each time (fast-check prints it when a law fails).
 */
const FACTOR = Number(process.env['MILLRACE_LAW_RUNS'] ?? 1)
const SEED = process.env['MILLRACE_LAW_SEED'] ?? '20251'

/** Parameters of `fc.assert` for `runs` runs. */
export function law(runs: number): fc.Parameters<unknown> {
  return {
    numRuns: Math.ceil(runs * FACTOR),
    ...(SEED === 'random' ? {} : { seed: Number(SEED) }),
    interruptAfterTimeLimit: 15 * 60_000,
    endOnFailure: FACTOR > 10,
  }
}

/** The time a test that makes `law(runs)` may take. */
export const LAW_TIMEOUT_MS = 120_000 * Math.max(1, FACTOR)

/** Choices that fast-check makes and shrinks; 0 throughout in the end. */
function choices(length: number): fc.Arbitrary<Chooser> {
  return fc
    .array(fc.nat(1_000_000), { maxLength: length, size: 'max' })
    .map((numbers) => new Choices(numbers))
}

/** Random graphs; printed as data when a law fails. */
export function specs(limits?: SpecLimits): fc.Arbitrary<GraphSpec> {
  return choices(120).map((choose) => randomSpec(choose, limits))
}

/** Random graphs whose last nodes are a merge and what follows it. */
export function mergeSpecs(limits?: SpecLimits): fc.Arbitrary<GraphSpec> {
  return choices(150).map((choose) => randomMergeSpec(choose, limits))
}

/** Run options that must make no difference to what a graph computes. */
export function runOptions(): fc.Arbitrary<RunOptions> {
  return fc
    .record(
      {
        batchItems: fc.constantFrom(1, 2, 3, 7, 64, 1024),
        capacityItems: fc.constantFrom(1, 2, 3, 5, 16, 1000),
        schedule: fc.nat(),
      },
      { requiredKeys: [] },
    )
    .map(
      ({ batchItems, capacityItems, schedule }): RunOptions => ({
        ...(batchItems === undefined ? {} : { batchItems }),
        ...(capacityItems === undefined ? {} : { edges: { capacityItems } }),
        ...(schedule === undefined ? {} : { pick: seededSchedule(schedule) }),
      }),
    )
}
