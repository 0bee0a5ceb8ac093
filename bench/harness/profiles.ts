// Reads CPU profiles that `--profile` had Node write, and says in which functions each thread spent its time.
// Called by main.ts after a suite; the profiles stay where they are, for a browser's developer tools.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What this file reads of a `.cpuprofile`: a tree of calls, and which node each sample was in. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  /** Time since the sample before, in µs. */
  readonly timeDeltas: readonly number[]
}

const linesPerThread = 15

/** One block of lines per thread of the suite's processes, the busiest functions first. */
export function summariseProfiles(folder: string, suite: string): string {
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${suite}.`))
    .sort()
    .flatMap((name) =>
      readdirSync(join(folder, name))
        .filter((file) => file.endsWith('.cpuprofile'))
        .map((file) => {
          const profile = JSON.parse(readFileSync(join(folder, name, file), 'utf8')) as CpuProfile
          // CPU.<date>.<time>.<process>.<thread>.<number>.cpuprofile
          const thread = file.split('.')[4]
          const lines = selfTimes(profile).slice(0, linesPerThread)
          const shown = lines.map(
            ({ name: of, ms, share }) => `${ms.toFixed(0).padStart(8)} ms ${percent(share)}  ${of}`,
          )
          return [`${name} thread ${thread}`, ...shown].join('\n')
        }),
    )
    .join('\n\n')
}

/** Time spent in each function itself, without what it called. */
export function selfTimes(profile: CpuProfile): { name: string; ms: number; share: number }[] {
  const nameOf = new Map(profile.nodes.map(({ id, callFrame }) => [id, describe(callFrame)]))
  const usOf = new Map<string, number>()
  let total = 0
  for (const [index, id] of profile.samples.entries()) {
    const us = profile.timeDeltas[index] ?? 0
    const name = nameOf.get(id) ?? '(unknown)'
    usOf.set(name, (usOf.get(name) ?? 0) + us)
    total += us
  }
  return [...usOf]
    .map(([name, us]) => ({ name, ms: us / 1_000, share: total === 0 ? 0 : us / total }))
    .sort((a, b) => b.ms - a.ms)
}

function describe({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName
  return url === '' ? name : `${name} ${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`
}

const percent = (share: number): string => `${(share * 100).toFixed(1).padStart(5)} %`
