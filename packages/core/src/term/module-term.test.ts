// A module term loads its function by itself, and says what is wrong if it cannot.

import { expect, test } from 'vitest'
import { run } from '../run/run.ts'
import { settled } from '../test/deadline.ts'
import { Collect, count } from '../test/terms.ts'
import { type ModuleTermOptions, moduleTerm } from './module-term.ts'

const url = new URL('../test/fixtures/double.js', import.meta.url)

async function results(options?: ModuleTermOptions): Promise<unknown> {
  const sink = new Collect()
  const summary = await settled(run(count(4).pipe(moduleTerm<number, unknown>(url, options), sink)))
  return summary.result(sink)
}

test('the default export, a named one, an async one with calls side by side', async () => {
  expect(await results()).toEqual([0, 2, 4, 6])
  expect(await results({ export: 'odd' })).toEqual(['double:1', 'double:3'])
  expect(await results({ export: 'triple', concurrency: 3 })).toEqual([0, 3, 6, 9])
})

test('it is named after its file', () => {
  expect([
    moduleTerm(url).name,
    moduleTerm('https://host/a/ocr.mjs?v=2').name,
    moduleTerm('data:,').name,
  ]).toEqual(['double', 'ocr', 'data:,'])
})

test.each([
  ['an export that is no function', url, 'answer', 'exports no function "answer" (it is 42). It exports: '],
  ['a missing export', url, 'nothing', 'exports no function "nothing" (it is undefined)'],
  ['a missing module', new URL('./nowhere.js', url), 'default', 'nowhere.js cannot be loaded'],
  ['a module that fails', new URL('./broken.js', url), 'default', 'broken on purpose'],
])('%s', async (_, from, name, message) => {
  await expect(
    run(count(1).pipe(moduleTerm(from, { export: name }), new Collect())).done,
  ).rejects.toMatchObject({
    code: 'TERM_FAILED',
    phase: 'enter',
    cause: { code: 'BAD_INPUT', message: expect.stringContaining(message) },
  })
})

test('options out of range are refused', () => {
  expect(() => run(count(1).pipe(moduleTerm(url, { concurrency: 0 }), new Collect()))).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('concurrency of double'),
    }),
  )
})
