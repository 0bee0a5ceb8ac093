// Seeded schedules of the protocol in memory, by the program that packages/cluster has for it.

import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Figures, Prepare } from '../harness/contracts.ts'

const millrace = dirname(createRequire(import.meta.url).resolve('millrace/package.json'))
const cluster = join(millrace, '..', 'cluster')

interface Sums extends Figures {
  readonly schedules: number
  readonly kills: number
}

export const prepare: Prepare = (_workload, schedules) => ({
  measure: async () => {
    const begun = performance.now()
    const printed = await printedBy(['--import', 'tsx', 'test/model/main.ts', String(schedules)])
    const { violations, kills, pauses, joins, leaves, ...sums } = JSON.parse(printed) as Sums & {
      readonly violations: readonly string[]
    }
    for (const violation of violations) process.stderr.write(`${violation}\n`)
    const figures = { ...sums, modelKills: kills, modelPauses: pauses as number }
    return { ...figures, violations: violations.length, runMs: performance.now() - begun }
  },
})

function printedBy(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, args, { cwd: cluster, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`the model ended with ${code}`)),
    )
  })
}
