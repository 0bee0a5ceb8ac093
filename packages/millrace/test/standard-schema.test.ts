/** Goal: parameters are what zod, valibot and arktype make of them, or are refused with the place that they name. */

import { compileGraph } from '@millrace/core'
import { type } from 'arktype'
import { graph } from 'millrace'
import { fromIterable, toArray } from 'millrace/terms'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { z } from 'zod'

/** Each is `{ count, range: { from }, name }`: text becomes a number, and `name` is made upper case. */
const schemas = {
  zod: z.object({
    count: z.coerce.number().int(),
    range: z.object({ from: z.number() }),
    name: z
      .string()
      .transform((name) => name.toUpperCase())
      .default('NONE'),
  }),
  valibot: v.object({
    count: v.pipe(v.unknown(), v.transform(Number), v.integer()),
    range: v.object({ from: v.number() }),
    name: v.optional(v.pipe(v.string(), v.toUpperCase()), 'none'),
  }),
  arktype: type({
    count: type('string.integer.parse').or('number.integer'),
    range: { from: 'number' },
    name: type('string')
      .pipe((name) => name.toUpperCase())
      .default('none'),
  }),
}

const late = {
  zod: z.object({ count: z.string().refine(async () => true) }),
  valibot: v.objectAsync({
    count: v.pipeAsync(
      v.string(),
      v.checkAsync(async () => true),
    ),
  }),
}

type Given = { readonly count: unknown; readonly range: unknown; readonly name?: string }
type Build = (given: Given) => ReturnType<typeof fromIterable>

const graphWith = (params: object): Build =>
  graph(import.meta.url, { params: params as never }, (made) => fromIterable([made])) as unknown as Build

const refused = (build: () => unknown) => {
  try {
    build()
  } catch (error) {
    const { code, message } = error as { readonly code: string; readonly message: string }
    return { code, message }
  }
  return undefined
}

test.each(Object.entries(schemas))('%s: what it gives is what the builder gets', async (_name, schema) => {
  const build = graphWith(schema)
  expect(await toArray(build({ count: '3', range: { from: 1 }, name: 'ada' }))).toEqual([
    { count: 3, range: { from: 1 }, name: 'ADA' },
  ])
  expect(await toArray(build({ count: '3', range: { from: 1 } }))).toEqual([
    { count: 3, range: { from: 1 }, name: 'NONE' },
  ])
})

test.each(Object.entries(schemas))('%s: what it refuses is named, deep down as well', (_name, schema) => {
  const build = graphWith(schema)
  const deep = refused(() => build({ count: '3', range: { from: 'x' } }))
  expect(deep?.code).toBe('INVALID_PARAMETER')
  expect(deep?.message).toContain('"range.from" does not fit its schema: ')
  expect(deep?.message).toContain('but is "x"')
  const both = refused(() => build({ count: 'many', range: {} }))
  expect(both?.code).toBe('INVALID_PARAMETER')
  expect(both?.message).toContain('"count" does not fit its schema: ')
  expect(both?.message).toContain('"range.from"')
})

test.each(Object.entries(schemas))('%s: a parameter that it does not know', (_name, schema) => {
  const seen = refused(() =>
    compileGraph(graphWith(schema)({ count: '3', range: { from: 1 }, nmae: 'x' } as never)),
  )
  expect(seen?.code).toBe('UNKNOWN_PARAMETER')
  expect(seen?.message).toContain('"nmae"')
  expect(seen?.message).toContain('name')
})

test.each(Object.entries(late))('%s: a schema that takes its time is refused', (_name, schema) => {
  const seen = refused(() => graphWith(schema)({ count: '3', range: {} }))
  expect(seen?.code).toBe('INVALID_OPTION')
  expect(seen?.message).toContain('at once')
})
