/** Goal: what is no UTF-8 is found with its place, wherever the chunks are cut, and nothing else is refused. */
import { expect, test } from 'vitest'
import { textChunks } from './text-chunks.ts'

async function pass(bytes: Uint8Array, size: number, encoding = 'utf8'): Promise<string> {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size))
  }
  const passed: Buffer[] = []
  for await (const chunk of textChunks('t.txt', chunks(), encoding)) passed.push(chunk)
  return Buffer.concat(passed).toString('utf8')
}

const sizes = [1, 2, 3, 4, 5, 7, 100]

test.each(sizes)('characters of one to four bytes pass in chunks of %i', async (size) => {
  const text = 'a\u00e9\u20ac\u{1f600}b\u{10ffff}\ufeff'
  expect(await pass(Buffer.from(text), size)).toBe(text)
})

test.each([
  [[0x61, 0xe9, 0x2c, 0x31], 1],
  [[0xff, 0xfe, 0x61, 0x00], 0],
  [[0x61, 0x62, 0xe2, 0x82], 2],
  [[0xc3, 0xa9, 0x80], 2],
  [[0x61, 0xed, 0xa0, 0x80], 1],
])('%j is wrong at byte %i', async (bytes, at) => {
  for (const size of sizes) {
    await expect(pass(Uint8Array.from(bytes), size)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(`t.txt is no text in UTF-8: byte ${at} is wrong`),
    })
  }
})

test('other encodings are not looked at', async () => {
  expect(await pass(Uint8Array.of(0x61, 0xff), 1, 'latin1')).toBe('a\ufffd')
})
