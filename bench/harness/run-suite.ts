// Runs one suite: one process after the other in the order of order.ts, then rows, ratios and targets.
// Called by main.ts. A contender that fails is not started again, and its row says why; nothing is skipped in silence.

import { join } from 'node:path'
import type {
  Contender,
  Figures,
  Mode,
  Outcome,
  Recorded,
  Row,
  Settings,
  Suite,
  Workload,
} from './contracts.ts'
import { describeMachine } from './machine.ts'
import { inLanes, itemsFor, leftOutOf, roundsOf, type Turn, turns, workloadsIn } from './order.ts'
import { plainUrl, writePlainJavaScript } from './plain-javascript.ts'
import { type Measured, startContender } from './start-contender.ts'
import { judge, ratiosOf, spreads } from './statistics.ts'

export interface SuiteRun {
  readonly suite: Suite
  readonly mode: Mode
  readonly rounds: number
  readonly say: (progress: string) => void
  /** Where every process leaves its profiles; undefined: none is taken. */
  readonly profile?: string | undefined
}

export async function runSuite(given: SuiteRun): Promise<Outcome> {
  const run = { ...given, suite: withoutAbsent(given.suite) }
  const { suite, mode, rounds, say } = run
  const machine = describeMachine()
  writePlainJavaScript(['harness', 'shared', suite.name])
  const settings = suite.settings?.() ?? {}

  const gathered = new Map<string, Gathered>()
  const order = turns(suite, mode, rounds)
  let begun = 0
  const take = async (turn: Turn): Promise<void> => {
    const places = turn.tasks.map((task) => place(gathered, turn.contender.name, task.workload))
    const number = ++begun
    if (places.some(({ failed }) => failed !== undefined)) return
    say(`${number}/${order.length} round ${turn.round + 1}: ${describe(turn)}`)
    try {
      keep(gathered, turn, await startTurn(run, turn, settings))
    } catch (error) {
      for (const gather of places) gather.failed = error instanceof Error ? error.message : String(error)
      say(`FAILED: ${describe(turn)}`)
    }
  }
  for (const lanes of inLanes(order, suite.lanes)) {
    await Promise.all(
      lanes.map(async (lane) => {
        for (const turn of lane) await take(turn)
      }),
    )
  }

  const measured = workloadsIn(suite, mode).flatMap((workload) =>
    suite.contenders.map((contender) => rowOf(run, workload, contender, gathered)),
  )
  const rows = [...measured, ...recordedRows(run)]
  const ratios = suite.ratios?.(measured) ?? ratiosOf(suite, measured)
  const targets = judge(suite.targets, ratios)
  return { suite: suite.name, question: suite.question, mode, machine, rows, ratios, targets }
}

/** The suite, with all workloads left out for contenders that cannot run here. */
export function withoutAbsent(suite: Suite): Suite {
  const absent = suite.absent?.(suite.contenders.map(({ name }) => name)) ?? {}
  const contenders = suite.contenders.map((contender) => {
    const reason = absent[contender.name]
    if (reason === undefined) return contender
    const leftOut = Object.fromEntries(suite.workloads.map(({ name }) => [name, reason]))
    return { ...contender, leftOut: { ...leftOut, ...contender.leftOut } }
  })
  return { ...suite, contenders }
}

interface Gathered {
  readonly rounds: Figures[]
  lingered: boolean
  failed: string | undefined
}

function place(gathered: Map<string, Gathered>, contender: string, workload: string): Gathered {
  const key = `${contender} ${workload}`
  const found = gathered.get(key) ?? { rounds: [], lingered: false, failed: undefined }
  gathered.set(key, found)
  return found
}

function startTurn(
  { suite, mode, profile }: SuiteRun,
  { contender, round, tasks }: Turn,
  settings: Settings,
): Promise<Measured> {
  const module = plainUrl(`${suite.name}/${contender.file}`).href
  const job = { module, tasks, window: { ...suite.window[mode], ...contender.window }, settings }
  const names = [suite.name, contender.name, ...tasks.map(({ workload }) => workload), `round${round + 1}`]
  const profiles = profile === undefined ? undefined : join(profile, names.join('.'))
  return startContender(plainUrl('harness/child.ts'), job, profiles, suite.giveUpAfterMs?.[mode])
}

function keep(gathered: Map<string, Gathered>, { contender }: Turn, measured: Measured): void {
  const { peakRssBytes, peakThreads, processMs, exitMs, lingered } = measured
  for (const { workload, figures } of measured.results) {
    const gather = place(gathered, contender.name, workload)
    const threads = peakThreads === undefined ? {} : { peakThreads }
    gather.rounds.push({ ...figures, peakRssBytes, ...threads, processMs, exitMs })
    gather.lingered ||= lingered
  }
}

function describe({ contender, tasks }: Turn): string {
  return `${contender.name} ${tasks.map(({ workload }) => workload).join('+')}`
}

function rowOf(
  run: SuiteRun,
  workload: Workload,
  contender: Contender,
  gathered: Map<string, Gathered>,
): Row {
  const { rounds: done, failed, lingered } = place(gathered, contender.name, workload.name)
  const items = itemsFor(contender, workload, run.mode)
  const leftOut = leftOutOf(contender, workload, run.mode)
  return {
    workload: workload.name,
    contender: contender.name,
    items,
    rounds: done.length,
    figures: spreads(done),
    notes: leftOut === undefined ? notes(run, workload, contender, lingered) : [],
    ...(leftOut === undefined ? {} : { leftOut }),
    ...(failed === undefined ? {} : { failed }),
  }
}

/** What was measured elsewhere, in the form of rows that no round has filled. */
function recordedRows({ suite, mode }: SuiteRun): Row[] {
  const shown = new Set(workloadsIn(suite, mode).map(({ name }) => name))
  return (suite.recorded ?? [])
    .filter(({ workload }) => shown.has(workload))
    .map(({ figures, note, ...rest }: Recorded) => ({
      ...rest,
      rounds: 0,
      figures: spreads([figures]),
      notes: [`recorded elsewhere: ${note}`],
    }))
}

function notes(
  { mode, rounds }: SuiteRun,
  workload: Workload,
  contender: Contender,
  lingered: boolean,
): string[] {
  const items = itemsFor(contender, workload, mode)
  const its = roundsOf(contender, mode, rounds)
  return [
    items === workload.items[mode] ? undefined : `${items.toLocaleString('en')} items`,
    its === rounds ? undefined : its === 1 ? '1 round' : `${its} rounds`,
    lingered ? 'its process did not end by itself' : undefined,
    contender.notes?.[workload.name],
  ].filter((note) => note !== undefined)
}
