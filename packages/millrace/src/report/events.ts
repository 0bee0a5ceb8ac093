/** Tells what happens to a run that its user should know: stalls, health, starvation, failures. Called by `command/run.ts`. */

import type { EdgeStats, Health, Run, StageStats } from '@millrace/core'
import { lineOfRate } from './failures.ts'
import type { Log } from './log.ts'
import { oneLine } from './reason.ts'

/** Says each event of the run in one line; `isQuiet`: of hosts only what is wrong. */
export function tellEvents(running: Run, log: Log, isQuiet = false): void {
  running.on('stall', (edge) => {
    const { from, to, capacityItems } = edge
    log('warn', lineOfStall(edge), { event: 'stall', from, to, capacityItems })
  })
  running.on('health', (health) => {
    log(health.level === 'green' ? 'info' : 'warn', lineOfHealth(health), { event: 'health', ...health })
  })
  running.on('starvation', (stage) => {
    const { nodes, queuedItems } = stage
    log('warn', lineOfStarvation(stage), { event: 'starvation', nodes, queuedItems })
  })
  running.on('failureRate', (rate) => {
    log(rate.level === 'ok' ? 'info' : 'warn', lineOfRate(rate), {
      event: 'failureRate',
      ...rate,
      level: undefined,
    })
  })
  running.on('notice', ({ level, about, line, details }) => {
    if (isQuiet && level === 'info') return
    log(level, line, { event: about === 'run' ? 'start' : about, ...details })
  })
  running.on('resume', ({ id, damaged }) => {
    for (const line of damaged) log('warn', `passed over ${line}`, { event: 'resume' })
    log('info', `goes on from checkpoint ${id}`, { event: 'resume', checkpoint: id })
  })
}

/** `the edge parse -> join was full and nothing could move: it now holds 2048 items`. */
export function lineOfStall({ from, to, capacityItems }: EdgeStats): string {
  return `the edge ${oneLine(from)} -> ${oneLine(to)} was full and nothing could move: it now holds ${capacityItems} items`
}

/** `health yellow: 1 thread missing (0 denied, 1 refused, 0 lost)`. */
export function lineOfHealth({ level, missing, denied, refused, lost, memoryShare }: Health): string {
  const threads = missing === 1 ? '1 thread' : `${missing} threads`
  const memory = memoryShare === undefined ? '' : `, ${Math.round(100 * memoryShare)} % of the memory in use`
  return `health ${level}: ${threads} missing (${denied} denied, ${refused} refused, ${lost} lost)${memory}`
}

/** `sketch is ready and does not get its turn: 1024 items wait for it`. */
export function lineOfStarvation({ nodes, queuedItems }: StageStats): string {
  const name = nodes.length <= 3 ? nodes.join('+') : `${nodes[0]}+…+${nodes[nodes.length - 1]}`
  return `${oneLine(name)} is ready and does not get its turn: ${queuedItems} items wait for it`
}
