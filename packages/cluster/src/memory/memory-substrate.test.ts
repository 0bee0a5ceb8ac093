// The log in memory keeps the contract of a substrate.

import { describeSubstrate } from '../port/substrate.case.ts'
import { MemoryLog } from './memory-log.ts'
import { MemorySubstrate } from './memory-substrate.ts'

describeSubstrate(async () => {
  const log = new MemoryLog()
  return { open: async () => new MemorySubstrate(log), remove: async () => {} }
})
