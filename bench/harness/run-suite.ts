// Runs one suite: one process after the other in the order of order.ts, then rows, ratios and targets.
// Called by main.ts. A contender that fails is not started again, and its row says why; nothing is skipped in silence.

import type { Contender, Figures, Mode, Outcome, Row, Suite, Workload } from './contracts.ts'
import { describeMachine } from './machine.ts'
import { itemsFor, roundsOf, type Turn, turns } from './order.ts'
import { plainUrl, writePlainJavaScript } from './plain-javascript.ts'
import { type Measured, startContender } from './start-contender.ts'
import { judge, ratiosOf, spreads } from './statistics.ts'

export interface SuiteRun {
  readonly suite: Suite
  readonly mode: Mode
  readonly rounds: number
  readonly say: (progress: string) => void
}

export async function runSuite(run: SuiteRun): Promise<Outcome> {
  const { suite, mode, rounds, say } = run
  const machine = describeMachine()
  writePlainJavaScript(['harness', suite.name])

  const gathered = new Map<string, Gathered>()
  const order = turns(suite, mode, rounds)
  for (const [index, turn] of order.entries()) {
    const places = turn.tasks.map((task) => place(gathered, turn.contender.name, task.workload))
    if (places.some(({ failed }) => failed !== undefined)) continue
    say(`${index + 1}/${order.length} round ${turn.round + 1}: ${describe(turn)}`)
    try {
      keep(gathered, turn, await startTurn(suite, mode, turn))
    } catch (error) {
      for (const gather of places) gather.failed = error instanceof Error ? error.message : String(error)
      say(`FAILED: ${describe(turn)}`)
    }
  }

  const rows = suite.workloads.flatMap((workload) =>
    suite.contenders.map((contender) => rowOf(run, workload, contender, gathered)),
  )
  const ratios = ratiosOf(suite, rows)
  const targets = judge(suite.targets, ratios)
  return { suite: suite.name, question: suite.question, mode, machine, rows, ratios, targets }
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

function startTurn(suite: Suite, mode: Mode, { contender, tasks }: Turn): Promise<Measured> {
  const module = plainUrl(`${suite.name}/${contender.file}`).href
  return startContender(plainUrl('harness/child.ts'), { module, tasks, window: suite.window[mode] })
}

function keep(gathered: Map<string, Gathered>, { contender }: Turn, measured: Measured): void {
  const { peakRssBytes, peakThreads, processMs, lingered } = measured
  for (const { workload, figures } of measured.results) {
    const gather = place(gathered, contender.name, workload)
    const threads = peakThreads === undefined ? {} : { peakThreads }
    gather.rounds.push({ ...figures, peakRssBytes, ...threads, processMs })
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
  const leftOut = contender.leftOut?.[workload.name]
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
