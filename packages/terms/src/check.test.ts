/** Goal: a slip in the name of an option is found in JavaScript, too, whatever the term. */

import { expect, test } from 'vitest'
import { checkOptions } from './check.ts'
import * as terms from './index.ts'

type Make = (...args: never[]) => unknown

const functions = Object.entries(terms as Readonly<Record<string, unknown>>).filter(
  (entry): entry is [string, Make] => typeof entry[1] === 'function',
)

/** The parameters of a function, as it was written. */
function parametersOf(f: Make): string {
  return /^(?:async )?function \w+\(([^)]*(?:\([^)]*\)[^)]*)*)\)/.exec(f.toString())?.[1] ?? ''
}

test('every term that takes options looks at their names', () => {
  // the options of toArray() are those of a run
  const taking = functions.filter(([name, f]) => name !== 'toArray' && /\boptions\b/.test(parametersOf(f)))
  expect(taking.length).toBeGreaterThan(60)
  expect(taking.filter(([, f]) => !f.toString().includes('checkOptions')).map(([name]) => name)).toEqual([])
})

const wrong = (value: unknown): never => value as never

test.each<[string, () => unknown, string]>([
  [
    'mapAsync',
    () => terms.mapAsync(async (n: number) => n, wrong({ concurency: 8 })),
    'An option of mapAsync() must be one of concurrency, ordered, name, edge, onFailure, local, on (did you mean concurrency?), but is "concurency".',
  ],
  [
    'mapAsync with a number',
    () => terms.mapAsync(async (n: number) => n, wrong(8)),
    'The options of mapAsync() must be a record of concurrency, ordered, name, edge, onFailure, local, on, but is 8.',
  ],
  ['lines', () => terms.lines('f', wrong({ encodng: 'utf8' })), 'did you mean encoding?'],
  ['tumblingWindow', () => terms.tumblingWindow(wrong({ sizeMS: 5 })), 'did you mean sizeMs?'],
  ['print', () => terms.print(wrong({ key: ['a'] })), 'did you mean keys?'],
])('%s', (_name, act, message) => {
  expect(act).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(message) }),
  )
})

test('what is undefined was not given', () => {
  expect(() => checkOptions('f', { a: 1, b: undefined } as { a: number }, { a: true })).not.toThrow()
})
