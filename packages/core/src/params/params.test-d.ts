// The types of parameters follow from their declaration, for the builder and for callers.

import { expectTypeOf, test } from 'vitest'
import { graph } from '../compose/graph-module.ts'
import { count } from '../test/terms.ts'
import type { StandardSchema } from './types.ts'

test('by converters', () => {
  const module = graph(
    'file:///g.js',
    {
      params: {
        n: Number,
        since: Date,
        tags: (text) => text.split(','),
        limit: 30,
        dry: false,
        label: { convert: String, default: null },
      },
    },
    (params) => {
      expectTypeOf(params).toEqualTypeOf<{
        readonly n: number
        readonly since: Date
        readonly tags: string[]
        readonly limit: number
        readonly dry: boolean
        readonly label: string | null
      }>()
      return count(1)
    },
  )
  module({ n: 1, since: '2026-01-01', tags: ['a'] })
  module({ n: '1', since: new Date(), tags: 'a', limit: 3, dry: 'true', label: null })
  // @ts-expect-error n is missing
  module({ since: '2026-01-01', tags: ['a'] })
  // @ts-expect-error there is no such parameter
  module({ n: 1, since: '2026-01-01', tags: ['a'], limt: 3 })
})

test('optional ones need not be given at all', () => {
  const module = graph('file:///g.js', { params: { limit: 30 } }, ({ limit }) => count(limit))
  module()
  module({ limit: 3 })
})

test('by a schema', () => {
  const schema = {} as StandardSchema<{ n: string }, { n: number }>
  const module = graph('file:///g.js', { params: schema }, (params) => {
    expectTypeOf(params).toEqualTypeOf<{ n: number }>()
    return count(params.n)
  })
  module({ n: '3' })
  // @ts-expect-error the schema takes text
  module({ n: 3 })
})

test('without a declaration the builder says what it takes', () => {
  const module = graph('file:///g.js', {}, ({ n }: { n: number }) => count(n))
  module({ n: 3 })
  // @ts-expect-error n is missing
  module({})
})
