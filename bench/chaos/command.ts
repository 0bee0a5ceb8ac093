// The command line: killed as a whole, and misused.

import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Figures, Prepare } from '../harness/contracts.ts'
import { killAndResume } from './resume.ts'

const { resolve } = createRequire(import.meta.url)
const millrace = dirname(resolve('millrace/package.json'))
// the source, not the plain copy beside this file: it looks for WordNet from where it lies
const resumeGraph = join(millrace, '..', '..', 'bench', 'chaos', 'resume-graph.ts')

/** What `judge` says of one case; see `packages/millrace/test/misuse`. */
interface Verdict {
  readonly name: string
  readonly complaints: readonly string[]
}

/** Cases that were answered as they must be. @throws Error naming those that were not. */
async function misuse(): Promise<Figures> {
  const judged = JSON.parse(await printedBy('test/misuse/main.ts')) as Record<string, readonly Verdict[]>
  const verdicts = Object.values(judged).flat()
  const bad = verdicts.filter(({ complaints }) => complaints.length > 0)
  if (bad.length > 0) {
    throw new Error(bad.map(({ name, complaints }) => `${name}: ${complaints.join('; ')}`).join('\n'))
  }
  return { badInputs: verdicts.length }
}

function printedBy(program: string): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    cwd: millrace,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  return new Promise((done, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? done(text) : reject(new Error(`${program} ended with ${code}`)),
    )
  })
}

function resume(kills: number): Promise<Figures> {
  return killAndResume({
    command: join(millrace, 'bin', 'millrace.js'),
    module: resumeGraph,
    params: ['hashes=1'],
    suffixes: ['', '.words'],
    strategies: ['inline', 'pool', 'work-stealing'],
    kills,
    seed: 1,
    killsPerRun: 8,
  }).then((figures) => ({ ...figures }))
}

const workloads: Readonly<Record<string, (items: number) => Promise<Figures>>> = { resume, misuse }

export const prepare: Prepare = (workload, items) => ({
  measure: async () => {
    const start = performance.now()
    const figures = await workloads[workload]?.(items)
    return { ...figures, runMs: performance.now() - start }
  },
})
