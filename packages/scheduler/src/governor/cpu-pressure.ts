/** `CpuPressure`: whether more wants to run on this machine than it has processors for. Asked by `MachineShare`. */

import { readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { usableProcessors } from './processors.ts'

/** How much the processors are asked for: 0 for not at all, 1 and more for too much. */
export type CpuGauge = () => number

/** At this reading they count as crowded, and no longer below the other one. */
const HIGH = 1
const LOW = 0.5
/** Per cent of the last ten seconds in which something waited for a processor, that read as 1. */
const STALLED_PERCENT = 50

/** Follows the gauge, with two marks, so that it does not flicker between them. */
export class CpuPressure {
  readonly #gauge: CpuGauge
  #isHigh = false

  constructor(gauge: CpuGauge = readCpu) {
    this.#gauge = gauge
  }

  /** Reads the gauge. */
  look(): boolean {
    const reading = this.#gauge()
    this.#isHigh = reading >= (this.#isHigh ? LOW : HIGH)
    return this.#isHigh
  }
}

/**
 * Linux's pressure stall information, where the kernel has it; else the load of the last minute beside what the processors
 * take.
 */
export function readCpu(
  read: () => string = () => readFileSync('/proc/pressure/cpu', 'latin1'),
  load: () => number = () => loadavg()[0] as number,
): number {
  try {
    const stalled = /^some avg10=([\d.]+)/m.exec(read())?.[1]
    if (stalled !== undefined) return Number(stalled) / STALLED_PERCENT
  } catch {
    // no such file here
  }
  return load() / (2 * usableProcessors())
}
