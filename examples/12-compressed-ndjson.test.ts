/** Goal: both files hold what a plain recomputation gives. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Flight, main } from './12-compressed-ndjson.ts'

const { resolve } = createRequire(import.meta.url)
const flights = join(dirname(resolve('vega-datasets')), '../data/flights-20k.json')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-flights-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
  vi.restoreAllMocks()
})

test('the files hold all flights, and the late ones', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const [all, late] = await main(folder)
  const expected = JSON.parse(readFileSync(flights, 'utf8')) as Flight[]
  const expectedLate = expected.filter(({ delay }) => delay > 120)
  const rows = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Flight)
  expect(rows(gunzipSync(readFileSync(all)).toString())).toEqual(expected)
  expect(rows(brotliDecompressSync(readFileSync(late)).toString())).toEqual(expectedLate)
  expect(expectedLate.length).toBeGreaterThan(100)
  expect(log.mock.calls.flat()).toEqual([`${expectedLate.length} flights were more than two hours late`])
})
