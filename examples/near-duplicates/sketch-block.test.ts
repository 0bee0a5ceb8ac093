/** Goal: blocks give the sketches that single lines give, wherever the text is cut. */
import { expect, test } from 'vitest'
import { sketch } from './sketch.ts'
import { lineBlocks, sketchBlock, sketchesOf } from './sketch-block.ts'
import { dataFile, synsets } from './wordnet.fixture.ts'

test('blocks are whole lines and together the text, without the licence', () => {
  for (const text of ['', 'a\n', 'one\ntwo\nthree', 'one\n\nthree\n']) {
    for (const blockChars of [1, 3, 100]) {
      const blocks = [...lineBlocks(`  1 free\n  2 of charge\n${text}`, 'adv', { blockChars })]
      expect(blocks.map((block) => block.text).join('')).toBe(text)
      expect(blocks.slice(0, -1).every((block) => block.text.endsWith('\n'))).toBe(true)
    }
  }
})

test('a limit counts lines', () => {
  const text = '  1 free\none\ntwo\nthree'
  const cut = (limit: number) => [...lineBlocks(text, 'adv', { limit })].map((block) => block.text).join('')
  expect([0, 1, 2, 3, 4].map(cut)).toEqual(['', 'one\n', 'one\ntwo\n', 'one\ntwo\nthree', 'one\ntwo\nthree'])
})

test('the sketches of all blocks are those of all lines', () => {
  const text = dataFile('adv').slice(0, 100_000)
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const found = [...lineBlocks(whole, 'adv', { blockChars: 7_000 })].flatMap((block) =>
    sketchesOf(sketchBlock(block)),
  )
  expect(found.length).toBeGreaterThan(400)
  expect(found).toEqual(synsets('adv').slice(0, found.length).map(sketch))
})

test('a block without synsets has no sketches', () => {
  expect(sketchesOf(sketchBlock({ file: 'adv', text: '  1 licence\n\n' }))).toEqual([])
})
