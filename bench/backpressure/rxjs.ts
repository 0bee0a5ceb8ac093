// rxjs, for contrast: `from` pushes everything at once, and `concatMap`, which is its way to wait for each promise, keeps
// what has not had its turn. It has no means to hold the source back. Every item is a promise here, since `concatMap`
// goes one call deeper for each inner observable that completes at once (ReactiveX/rxjs#3609).

import { concatMap, from, lastValueFrom, map } from 'rxjs'
import { addOne, backpressure, numbers } from './contract.ts'

export const prepare = backpressure(async ({ sink, ...params }) => {
  const flow = from(numbers(params)).pipe(
    map(addOne),
    concatMap(async (item) => sink(item)),
  )
  await lastValueFrom(flow, { defaultValue: undefined })
  return undefined
})
