/** Goal: blocks give the sketches that single lines give, wherever the text is cut. */
import { expect, test } from 'vitest'
import { sketch } from './sketch.ts'
import { lineBlocks, sketchBlock, sketchesOf } from './sketch-block.ts'
import { dataFile, synsets } from './wordnet.fixture.ts'

test('blocks are whole lines and together the text', () => {
  for (const text of ['', 'a\n', 'one\ntwo\nthree', 'one\n\nthree\n']) {
    for (const blockChars of [1, 3, 100]) {
      const blocks = [...lineBlocks(text, 'adv', blockChars)]
      expect(blocks.map((block) => block.text).join('')).toBe(text)
      expect(blocks.slice(0, -1).every((block) => block.text.endsWith('\n'))).toBe(true)
    }
  }
})

test('the sketches of all blocks are those of all lines', () => {
  const text = dataFile('adv').slice(0, 100_000)
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const found = [...lineBlocks(whole, 'adv', 7_000)].flatMap((block) => sketchesOf(sketchBlock(block)))
  expect(found.length).toBeGreaterThan(400)
  expect(found).toEqual(synsets('adv').slice(0, found.length).map(sketch))
})

test('a block without synsets has no sketches', () => {
  expect(sketchesOf(sketchBlock({ file: 'adv', text: '  1 licence\n\n' }))).toEqual([])
})
