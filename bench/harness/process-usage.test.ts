// Goal: peak memory and threads are read from the operating system's own text.

import { expect, test } from 'vitest'
import { parseStatus } from './process-usage.ts'

test('reads peak memory in bytes and the number of threads', () => {
  const status = 'Name:\tnode\nVmPeak:\t  999 kB\nVmHWM:\t   40328 kB\nVmRSS:\t 30000 kB\nThreads:\t11\n'
  expect(parseStatus(status)).toEqual({ peakRssBytes: 41_295_872, threads: 11 })
})

test('a process that has ended has no memory to report', () => {
  expect(parseStatus('Name:\tnode\nState:\tZ (zombie)\nThreads:\t1\n')).toBeUndefined()
})
