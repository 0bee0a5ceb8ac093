/** Goal: bytes come back unchanged from every format; broken ones fail; bombs are unpacked as there is room. */

import * as zlib from 'node:zlib'
import { brotliDecompressSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'
import { run } from '@millrace/core'
import { SinkProbe, settle } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Compression, compress, decompress, fromIterable, map, take, toArray } from '../index.ts'
import { REFUSED, settings } from '../shape/test/everywhere.ts'

const hasZstd = 'createZstdCompress' in zlib
const FORMATS: readonly Compression[] = ['gzip', 'deflate', 'brotli', ...(hasZstd ? (['zstd'] as const) : [])]
const UNPACK = { gzip: gunzipSync, deflate: inflateSync, brotli: brotliDecompressSync }

for (const format of FORMATS) {
  test(`${format}: there and back, whatever the chunks`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 })), settings(), async (chunks, options) => {
        const packed = await toArray(fromIterable(chunks).pipe(compress(format, { level: 1 })), options)
        const whole = Buffer.concat(chunks)
        if (format !== 'zstd') expect(UNPACK[format](Buffer.concat(packed)).equals(whole)).toBe(true)
        const back = await toArray(fromIterable(packed).pipe(decompress(format)), options)
        expect(Buffer.concat(back).equals(whole)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })
}

test('the level says how much work to put in', async () => {
  // words of which few are frequent: what repeats itself exactly leaves some libraries' higher levels nothing to gain
  const words: string[] = []
  for (let x = 1; words.length < 60_000; words.push(`word${Math.floor(3000 * (x / 2 ** 31) ** 3)}`)) {
    x = (x * 48_271) % (2 ** 31 - 1)
  }
  const text = words.join(' ')
  const size = async (format: Compression, level: number) =>
    Buffer.concat(await toArray(fromIterable([text]).pipe(compress(format, { level })))).length
  for (const format of FORMATS) expect(await size(format, 9)).toBeLessThan(await size(format, 1))
})

test('what is broken, or ends too early, fails the run', async () => {
  const packed = gzipSync('to be or not to be')
  for (const bytes of [Buffer.from('no gzip'), packed.subarray(0, -5)]) {
    await expect(toArray(fromIterable([bytes]).pipe(decompress('gzip')))).rejects.toMatchObject({
      term: 'decompress',
      cause: { code: expect.stringMatching(/^Z_/) },
    })
  }
})

test('a small chunk that unpacks to much is unpacked only as there is room', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000))
  let unpacked = 0
  const seen = map((chunk: Uint8Array) => {
    unpacked += chunk.length
    return chunk
  })
  const sink = new SinkProbe<Uint8Array>()
  const running = run(fromIterable([bomb]).pipe(decompress('gzip'), seen, take(3), sink), {
    edges: { capacityItems: 2 },
    batchItems: 2,
  })
  await sink.next()
  await settle(50)
  expect(unpacked).toBeLessThan(2_000_000)
  sink.request()
  await running.done
  expect(sink.received.length).toBe(3)
})

test('refuse what makes no sense', () => {
  expect(() => compress('zip' as never)).toThrow(REFUSED)
  expect(() => decompress('toString' as never)).toThrow(REFUSED)
  expect(() => compress('gzip', { level: 10 })).toThrow(REFUSED)
  expect(() => compress('gzip', { level: -1 })).toThrow(REFUSED)
  if (!hasZstd) expect(() => compress('zstd')).toThrow(REFUSED)
})
