/** Goal: a process knows what it has taken. */
import { expect, test } from 'vitest'
import { childrenMsIn, peakIn, processFigures } from './process-figures.ts'

test('the peak is read from the status of the process', () => {
  expect(peakIn('Name:\tnode\nVmHWM:\t   81234 kB\nVmRSS:\t   70000 kB\n')).toBe(81_234 * 1024)
  expect(peakIn('Name:\tnode\n')).toBeUndefined()
})

test('the time of children that have ended is in fields 16 and 17', () => {
  const fields = Array.from({ length: 50 }, (_, n) => n + 3).join(' ')
  expect(childrenMsIn(`7 (a ) name) ${fields}`)).toBe(330)
  expect(childrenMsIn('')).toBe(0)
})

test('processor time and peak grow', () => {
  const before = processFigures()
  const held = Buffer.alloc(96 * 2 ** 20, 1)
  const after = processFigures()
  expect(held.length).toBeGreaterThan(0)
  expect(after.cpuMs).toBeGreaterThan(before.cpuMs)
  expect(after.peakBytes).toBeGreaterThanOrEqual(before.peakBytes)
})
