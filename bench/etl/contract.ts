// What the contenders of the etl suite share: each is a program that reads files and writes one. A contender's process
// makes the files ready, which is not timed, then starts its program as a process of its own and times that as a whole,
// start included. An answer that is wrong ends the measurement.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Figures, Measurable, Prepare } from '../harness/contracts.ts'
import { median } from '../harness/statistics.ts'
import { differenceOf } from './answers.ts'
import { madeFor } from './made-files.ts'
import { startProgram } from './start-program.ts'

/** @param program plain JavaScript; called with `args`, then the workload and the paths of its input, table and output. */
export function wholeProcess(program: URL, ...args: readonly string[]): Prepare {
  return async (workload, items): Promise<Measurable> => {
    const made = await madeFor(workload, items)
    const folder = mkdtempSync(join(tmpdir(), 'millrace-etl-'))
    const output = join(folder, 'answer')
    return {
      measure: async ({ leastRuns }) => {
        const runs: Figures[] = []
        while (runs.length < leastRuns) {
          runs.push(await startProgram(program, [...args, workload, made.input, made.table, output]))
          const difference = differenceOf(workload, made.expected, output)
          if (difference !== undefined) throw new Error(`wrong answer: ${difference}`)
        }
        const of = (name: string): number => median(runs.map((figures) => figures[name] as number))
        const wholeMs = of('wholeMs')
        return {
          itemsPerSecond: (items / wholeMs) * 1_000,
          wholeMs,
          cpuMs: of('cpuMs'),
          callerMs: of('callerMs'),
          callerShare: median(
            runs.map(({ callerMs, cpuMs }) => (callerMs as number) / Math.max(1, cpuMs as number)),
          ),
          programPeakMb: of('programPeakMb'),
        }
      },
      close: () => rmSync(folder, { recursive: true, force: true }),
    }
  }
}
