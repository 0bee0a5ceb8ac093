// RxJS: `mergeMap` with its limit of inner streams, each a promise. Answers leave as they come.

import { from, lastValueFrom, mergeMap, reduce } from 'rxjs'
import { async, upTo } from './contract.ts'

export const prepare = async(({ items, concurrency, call }) =>
  lastValueFrom(
    from(upTo(items)).pipe(
      mergeMap((item) => call(item), concurrency),
      reduce((sum, answer) => sum + answer, 0),
    ),
  ),
)
