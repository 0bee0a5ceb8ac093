// Millrace with options of `mapAsync` and a policy for its calls. Called by the contenders that differ in these.

import { type FailurePolicy, run } from 'millrace'
import { fromIterable, type MapAsyncOptions, mapAsync, reduce } from 'millrace/terms'
import type { Prepare } from '../harness/contracts.ts'
import { async, upTo } from './contract.ts'

export function mapped(options: MapAsyncOptions, policy?: FailurePolicy<number, number>): Prepare {
  return async(async ({ items, concurrency, call }) => {
    const calls = mapAsync(call, { concurrency, ...options })
    const answers = fromIterable(() => upTo(items)).pipe(
      policy === undefined ? calls : calls.onFailure(policy),
    )
    let sum = 0
    const total = answers.pipe(reduce((so: number, answer: number) => so + answer, 0))
    for await (const last of run(total).output()) sum = last
    return sum
  })
}
