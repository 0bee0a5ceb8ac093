/** Goal: later sources win value by value, and every value keeps the name of its source. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { configOf, mergeLayers } from './layers.ts'

function layer(from: string, config: unknown) {
  return { config, from, where: from }
}

test('later wins, value by value, not section by section', () => {
  const values = mergeLayers([
    layer('default', { edges: { capacityItems: 1024, overflow: 'block' }, batchItems: 1024 }),
    layer('file:c.yaml', { edges: { capacityItems: 5 }, terms: { 'a*': { local: true, capacityItems: 2 } } }),
    layer('MILLRACE_CAPACITY_ITEMS', { edges: { capacityItems: 6 } }),
    layer('--batch-items', { batchItems: 7 }),
  ])
  expect(values.map(({ path, value, from }) => `${path.join('/')} = ${value} (${from})`)).toEqual([
    'edges/capacityItems = 6 (MILLRACE_CAPACITY_ITEMS)',
    'edges/overflow = block (default)',
    'batchItems = 7 (--batch-items)',
    'terms/a*/local = true (file:c.yaml)',
    'terms/a*/capacityItems = 2 (file:c.yaml)',
  ])
  expect(configOf(values)).toEqual({
    edges: { capacityItems: 6, overflow: 'block' },
    batchItems: 7,
    terms: { 'a*': { local: true, capacityItems: 2 } },
  })
})

test('names with dots and quotes stay apart, and the prototype’s are names like others', () => {
  const config = JSON.parse(
    '{ "terms": { "a.b": { "local": true }, "a": { "b": 1 }, "__proto__": { "x": 1 } } }',
  )
  const merged = configOf(mergeLayers([layer('c', config)]))
  expect(JSON.stringify(merged)).toBe(JSON.stringify(config))
  expect(({} as { x?: number }).x).toBeUndefined()
})

test('law: of two layers every value of the second holds, and of the first what the second leaves out', () => {
  const leaves = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer(), { minKeys: 1 })
  const configs = fc.dictionary(fc.constantFrom('x', 'y', 'z'), leaves)
  fc.assert(
    fc.property(configs, configs, (first, second) => {
      const names = [...new Set([...Object.keys(first), ...Object.keys(second)])]
      const expected = Object.fromEntries(names.map((name) => [name, { ...first[name], ...second[name] }]))
      expect(configOf(mergeLayers([layer('1', first), layer('2', second)]))).toEqual(expected)
    }),
  )
})
