/** Goal: equal bands give equal keys, different ones do not, and the documented S-curve is the computed one. */
import { expect, test } from 'vitest'
import { bandShape, bands, compareProbability } from './bands.ts'

const signature = Uint32Array.from({ length: 128 }, (_, i) => i * i)

test('a changed value changes the key of its own band only', () => {
  const changed = signature.slice()
  changed[7] = 5
  const before = bands(signature)
  const differing = [...bands(changed).keys()].filter((band) => bands(changed)[band] !== before[band])
  expect([before.length, differing]).toEqual([25, [1]])
})

test('equal bands in different places have different keys', () => {
  expect(new Set(bands(new Uint32Array(128))).size).toBe(25)
})

test('the S-curve is as documented', () => {
  const percent = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7].map((s) => (100 * compareProbability(s)).toFixed(1))
  expect(percent).toEqual(['0.8', '5.9', '22.7', '54.8', '86.8', '99.0'])
  expect(1 - compareProbability(0.8)).toBeLessThan(1e-4)
  expect(1 - compareProbability(0.8, { bands: 32, rows: 4 })).toBeLessThan(1e-7)
  expect(bandShape).toEqual({ bands: 25, rows: 5 })
})

test('a signature that is too short is refused', () => {
  expect(() => bands(signature.slice(0, 124))).toThrow(RangeError)
})
