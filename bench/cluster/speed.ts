// How fast a run over hosts is, how much a second one helps, how soon the tasks of one that is killed go on, and what commits
// cost.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Random } from 'millrace/testing'
import type { Figures, Prepare } from '../harness/contracts.ts'
import { Process } from './processes.ts'
import { usedBy, usedByChildren } from './processor-time.ts'
import { Server } from './server.ts'

const GRAPH = fileURLToPath(new URL('speed-graph.js', import.meta.url))
const KILLS = 8
const KILL_EVERY_MS = 4000
/** Silences that begin later have another cause. */
const FOLLOWS_MS = 1000
const SMALL_SHARE = 0.1
const COMMIT_MS = 250
const NEVER_MS = 600_000
/** The least number of items of a run whose figures are for publication. */
const FULL_ITEMS = 2_000_000

function medianOf(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] as number
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}

function paramsOf(params: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(params).flatMap(([name, value]) => ['-p', `${name}=${value}`])
}

let runs = 0

/** Milliseconds of a whole run. */
async function timed(
  what: string,
  items: number,
  hosts: number,
  url: string,
  more: readonly string[] = [],
): Promise<number> {
  const begun = performance.now()
  const where = ['--strategy', 'distributed', '--hosts', String(hosts), '--servers', url]
  const params = paramsOf({ what, items })
  const command = new Process(
    ['run', GRAPH, '-q', '--run', `${what}${++runs}`, ...where, ...more, ...params],
    {},
  )
  const { code } = await command.ended
  if (code !== 0) throw new Error(`${what} over ${hosts} hosts failed: ${command.said}`)
  return performance.now() - begun
}

/** Milliseconds for the items alone: start and end are not counted. */
async function marginal(what: string, items: number, hosts: number, url: string): Promise<number> {
  const small = Math.round(items * SMALL_SHARE)
  const first = await timed(what, small, hosts, url)
  return (await timed(what, items + small, hosts, url)) - first
}

async function shuffle(items: number, url: string): Promise<Figures> {
  return { recordsPerSecond: (1000 * items) / (await marginal('shuffle', items, 2, url)) }
}

async function stages(items: number, url: string): Promise<Figures> {
  const one = await marginal('stages', items, 1, url)
  return { scaling2over1: one / (await marginal('stages', items, 2, url)) }
}

/**
 * The share of processor time that commits take, server included: what a run costs more with one every 250 ms than where they
 * come when credit runs out and at the end alone. What it costs to start is not counted.
 */
async function commits(items: number, server: Server): Promise<Figures> {
  const costs = async (count: number, commitMs: number): Promise<number> => {
    const used = (): number => usedByChildren() + usedBy(server.pid as number)
    const before = used()
    await timed('windows', count, 2, server.url, ['--commit-ms', String(commitMs)])
    const ms = used() - before
    // what it has left would cost the server something in the next one
    const cleaning = await new Process(['clean', `windows${runs}`, '--servers', server.url], {}).ended
    if (cleaning.code !== 0) throw new Error(`windows${runs} cannot be removed`)
    return ms
  }
  const found: { readonly start: number; readonly rarely: number; readonly often: number }[] = []
  const rounds = items >= FULL_ITEMS ? 3 : 1
  for (let round = 0; round < rounds; round++) {
    const start = await costs(Math.round(items * SMALL_SHARE), NEVER_MS)
    // each is the first one in turn
    if (round % 2 === 0) {
      const rarely = await costs(items, NEVER_MS)
      found.push({ start, rarely, often: await costs(items, COMMIT_MS) })
    } else {
      const often = await costs(items, COMMIT_MS)
      found.push({ start, rarely: await costs(items, NEVER_MS), often })
    }
  }
  const [start, rarely, often] = (['start', 'rarely', 'often'] as const).map((name) =>
    medianOf(found.map((one) => one[name])),
  ) as [number, number, number]
  if (often <= start) throw new Error(`noise: ${often} ms for all items, ${start} ms for a tenth of them`)
  return {
    commitOverhead: (often - rarely) / (often - start),
    processorMs: often,
    rarelyMs: rarely,
    startMs: start,
  }
}

interface Silence {
  readonly from: number
  readonly to: number
}

async function recovery(items: number, url: string): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-recovery-'))
  const out = join(folder, 'silences.ndjson')
  const params = paramsOf({ what: 'recovery', items, out })
  const where = ['--run', 'recovery', '--servers', url]
  const random = new Random(3)
  const hosts: Process[] = []
  const start = (): void => void hosts.push(new Process(['worker', GRAPH, ...where, ...params], {}))
  const caller = new Process(
    ['run', GRAPH, '-q', '--strategy', 'distributed', '--hosts', '0', ...where, ...params],
    {},
  )
  try {
    for (let i = 0; i < 3; i++) start()
    await pause(5000)
    const kills: number[] = []
    for (let i = 0; i < KILLS; i++) {
      const [victim] = hosts.splice(random.below(hosts.length), 1)
      kills.push(Date.now())
      victim?.kill()
      start()
      await pause(KILL_EVERY_MS)
    }
    await pause(KILL_EVERY_MS)
    const text = existsSync(out) ? readFileSync(out, 'utf8') : ''
    const silences = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Silence]))
    const times = kills.map((at) => {
      const after = silences.filter(({ from, to }) => from < at + FOLLOWS_MS && to > at)
      return Math.max(0, ...after.map(({ to }) => to - at))
    })
    times.sort((a, b) => a - b)
    const at = (share: number): number => times[Math.ceil(share * times.length) - 1] as number
    return { recoveryMs: at(0.95), recoveryMedianMs: at(0.5) }
  } finally {
    for (const one of [caller, ...hosts]) one.kill()
    await Promise.all([caller, ...hosts].map(({ ended }) => ended))
    rmSync(folder, { recursive: true, force: true })
  }
}

const workloads: Readonly<Record<string, (items: number, server: Server) => Promise<Figures>>> = {
  shuffle: (items, { url }) => shuffle(items, url),
  stages: (items, { url }) => stages(items, url),
  recovery: (items, { url }) => recovery(items, url),
  commits,
}

export const prepare: Prepare = (workload, items) => ({
  measure: async () => {
    const begun = performance.now()
    const server = new Server()
    try {
      await server.start()
      const figures = await workloads[workload]?.(items, server)
      return { ...figures, runMs: performance.now() - begun }
    } finally {
      await server.remove()
    }
  },
})
