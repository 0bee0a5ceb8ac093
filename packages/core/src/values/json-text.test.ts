/** Goal: each key is the one that was written, with escapes or without, on every version of Node. */

import { expect, test } from 'vitest'
import { Random } from '../testing/random.ts'
import { parseJsonText } from './json-text.ts'

const NAMES = ['a', '"', '\\', '\n', 'a"', 'a\\', '\ud83d', 'é', '1', '__proto__', 'key0', '']

/** Keys and values, in order, where an object would hide something. */
type Tree = number | string | readonly Tree[] | { readonly pairs: readonly (readonly [string, Tree])[] }

function randomTree(random: Random, depth: number): Tree {
  const kind = depth === 0 ? random.below(2) : random.below(6)
  if (kind === 0) return random.below(100)
  if (kind === 1) return random.pick(NAMES)
  const parts = Array.from({ length: random.below(5) }, () => randomTree(random, depth - 1))
  if (kind === 2) return parts
  return { pairs: parts.map((part) => [random.pick(NAMES), part] as const) }
}

function written(text: string, random: Random): string {
  if (random.below(2) === 0) return JSON.stringify(text)
  const units = Array.from({ length: text.length }, (_, i) =>
    text.charCodeAt(i).toString(16).padStart(4, '0'),
  )
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`
}

function textOf(tree: Tree, random: Random): string {
  if (typeof tree === 'number') return String(tree)
  if (typeof tree === 'string') return written(tree, random)
  if ('pairs' in tree) {
    const blank = random.pick(['', ' ', '\n'])
    const parts = tree.pairs.map(([name, part]) => `${written(name, random)}${blank}:${textOf(part, random)}`)
    return `{${parts.join(',')}}`
  }
  return `[${tree.map((part) => textOf(part, random)).join(', ')}]`
}

/** Of a name that occurs twice, the last value counts, in the place of the first. */
function valueIn(tree: Tree): unknown {
  if (typeof tree !== 'object') return tree
  if (!('pairs' in tree)) return tree.map(valueIn)
  return Object.fromEntries(tree.pairs.map(([name, part]) => [name, valueIn(part)]))
}

function entriesOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(entriesOf)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value).map(([key, part]) => [key, entriesOf(part)])
}

test('any text, after any other', () => {
  for (let seed = 0; seed < 5_000; seed++) {
    const random = new Random(seed)
    const tree = randomTree(random, 3)
    const text = textOf(tree, random)
    expect(entriesOf(parseJsonText(text)), text).toEqual(entriesOf(valueIn(tree)))
  }
})

test('the texts that Node 24 and 26 read wrong', () => {
  for (let time = 0; time < 3; time++) {
    expect(parseJsonText('{"h":[],"\\\\":0}')).toEqual({ h: [], '\\': 0 })
    expect(parseJsonText('{"h":1,"\\"":2}')).toEqual({ h: 1, '"': 2 })
    expect(parseJsonText('{"h":1,"\\"":2}', (part) => (part === 2 ? 3n : part))).toEqual({ h: 1, '"': 3n })
  }
})

test('what is no JSON is told as JSON.parse tells it', () => {
  for (const text of ['{"a\\"": }', '{"\\x":1}', '{"\\u00g1":1}', '{"\\"" 1}', '"\\', '{"a\\n":1}}', '']) {
    const seen = [parseJsonText, JSON.parse].map((parse) => {
      try {
        return parse(text)
      } catch (error) {
        return String(error)
      }
    })
    expect(seen[0]).toBe(seen[1])
    expect(seen[0]).toContain('SyntaxError')
  }
})

test('long strings with many escapes take a moment', () => {
  const value = { ['\\"'.repeat(200_000)]: '\n"'.repeat(1_000_000) }
  expect(parseJsonText(JSON.stringify(value))).toEqual(value)
})
