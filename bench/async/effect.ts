// Effect: `Stream.mapEffect` with a limit, in order.

import { Effect, Stream } from 'effect'
import { async, upTo } from './contract.ts'

export const prepare = async(({ items, concurrency, call }) =>
  Effect.runPromise(
    Stream.fromIterable({ [Symbol.iterator]: () => upTo(items) }).pipe(
      Stream.mapEffect((item) => Effect.promise(() => call(item)), { concurrency }),
      Stream.runFold(0, (sum, answer) => sum + answer),
    ),
  ),
)
