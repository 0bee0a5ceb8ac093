// Describes the machine a suite ran on, for the head of its results. It names no host, user or path.

import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import type { Machine } from './contracts.ts'

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    v8: process.versions.v8,
    loadAtStart: loadavg()[0] ?? 0,
  }
}
