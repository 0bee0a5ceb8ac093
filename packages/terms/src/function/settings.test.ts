// Goal: what is said of a term as its last argument is what its methods say, for every term made of a function.

import { InvalidOptionError, type Leaf, run } from '@millrace/core'
import { expect, test } from 'vitest'
import {
  collect,
  filter,
  flatMap,
  forEach,
  fromIterable,
  map,
  mapAsync,
  reduce,
  scan,
  tap,
} from '../index.ts'

const add = (sum: number, n: number) => sum + n
const makers: Readonly<Record<string, (settings: any) => Leaf<number, any>>> = {
  map: (settings) => map((n: number) => n, settings),
  mapAsync: (settings) => mapAsync((n: number) => n, settings),
  filter: (settings) => filter((n: number) => n > 0, settings),
  flatMap: (settings) => flatMap((n: number) => [n], settings),
  tap: (settings) => tap((_: number) => 0, settings),
  forEach: (settings) => forEach((_: number) => 0, settings),
  scan: (settings) => scan(add, 0, settings),
  reduce: (settings) => reduce(add, 0, settings),
}

test.each(Object.entries(makers))('%s', (_, make) => {
  const policy = { onError: 'skip', retry: 2 } as const
  const all = { name: 'n', edge: { capacityItems: 3 }, onFailure: policy, local: true, on: 'disk=a' }
  const said = make(all)
  const called = make({}).named('n').edge({ capacityItems: 3 }).onFailure(policy).local().on('disk=a')
  for (const term of [said, called]) {
    expect([term.name, term.edgeOptions, term.failurePolicy, term.isLocal, term.hostLabel]).toEqual([
      'n',
      { capacityItems: 3 },
      policy,
      true,
      'disk=a',
    ])
  }
  expect(() => make({ nmae: 'n' })).toThrow('did you mean name?')
  for (const wrong of [null, { name: '' }, { edge: { capacityItems: 0 } }, { local: 1 }, { on: 'a b' }])
    expect(() => make(wrong)).toThrow(InvalidOptionError)
})

test('a fallback knows its item', async () => {
  const items = collect<string>()
  const word = map(
    (n: number) => {
      if (n === 2) throw new Error('two')
      return `${n}`
    },
    { name: 'word', onFailure: { fallback: (n) => `not ${n}` } },
  )
  const { results } = await run(fromIterable([1, 2]).pipe(word, items)).done
  expect(results).toEqual({ collect: ['1', 'not 2'] })
})
