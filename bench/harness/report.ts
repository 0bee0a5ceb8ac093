// The tables that a person reads: one per workload, then the targets, then what failed. Text only: main.ts prints it.

import type { Column, FigureOfMerit, Outcome, Row, Spread, Suite } from './contracts.ts'
import { ratioOf } from './statistics.ts'

const defaultColumns: readonly Column[] = [{ figure: 'runMs', label: 'run ms' }]

export function report(suite: Suite, outcome: Outcome): string {
  const { cpu, cores, node, loadAtStart } = outcome.machine
  return [
    `# ${outcome.suite} (${outcome.mode}): ${outcome.question}`,
    `${cpu}, ${cores} cores, Node ${node}, load ${loadAtStart.toFixed(1)} at the start`,
    ...suite.workloads
      .filter(({ name }) => outcome.rows.some(({ workload }) => workload === name))
      .map(({ name }) => workloadTable(suite, outcome, name)),
    targetTable(outcome),
    failures(outcome),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** Columns as wide as their widest cell; the first is aligned left, the notes at the end too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column === head.length - 1
            ? cell.padEnd(widths[column] ?? 0)
            : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function workloadTable(suite: Suite, outcome: Outcome, workload: string): string {
  const { figure, subject, columns = defaultColumns } = suite
  const rows = outcome.rows.filter((row) => row.workload === workload)
  const ours = rows.find(({ contender }) => contender === subject)
  const sorted = [...rows].sort((a, b) => rank(figure, a) - rank(figure, b))
  const head = [workload, figure.label, 'min', 'max', `${subject} is`]
  head.push(...columns.map(({ label }) => label), 'peak MB', 'threads', '')
  return table(
    head,
    sorted.map((row) => {
      const main = row.figures[figure.name]
      const ratio = ours === undefined || ours === row ? undefined : ratioOf(figure, ours, row)
      return [
        row.contender,
        cell(main, short),
        main === undefined ? '' : short(main.min),
        main === undefined ? '' : short(main.max),
        ratio === undefined ? '' : times(ratio),
        ...columns.map(({ figure: name }) => cell(row.figures[name], plain)),
        cell(row.figures['peakRssBytes'], (bytes) => (bytes / 2 ** 20).toFixed(0)),
        cell(row.figures['peakThreads'], (threads) => threads.toFixed(0)),
        remark(row),
      ]
    }),
  )
}

function targetTable({ targets }: Outcome): string {
  if (targets.length === 0) return ''
  return table(
    ['target', 'at least', 'at most', 'seen', ''],
    targets.map((target) => {
      const { ratio, seen, met } = target
      const show = 'atLeast' in target ? times : plain
      return [
        ratio,
        'atLeast' in target ? times(target.atLeast) : '',
        'atMost' in target ? plain(target.atMost) : '',
        seen === null ? '-' : show(seen),
        seen === null ? 'not measured' : met ? 'met' : 'MISSED',
      ]
    }),
  )
}

function failures({ rows }: Outcome): string {
  const failed = rows.filter((row) => row.failed !== undefined)
  const byReason = new Map<string, Row[]>()
  for (const row of failed) byReason.set(row.failed ?? '', [...(byReason.get(row.failed ?? '') ?? []), row])
  return [...byReason]
    .map(([reason, of]) => {
      const names = of.map(({ contender, workload }) => `${contender} ${workload}`).join(', ')
      return `FAILED: ${names}\n${reason.replace(/^/gm, '  ')}`
    })
    .join('\n\n')
}

function remark({ leftOut, failed, notes }: Row): string {
  if (leftOut !== undefined) return `left out: ${leftOut}`
  return [failed === undefined ? undefined : 'FAILED', ...notes]
    .filter((part) => part !== undefined)
    .join('; ')
}

function rank({ name, better }: FigureOfMerit, { figures }: Row): number {
  const value = figures[name]?.median
  return value === undefined ? Number.MAX_VALUE : better === 'higher' ? -value : value
}

function cell(spread: Spread | undefined, show: (value: number) => string): string {
  return spread === undefined ? '-' : show(spread.median)
}

const times = (ratio: number): string => `${ratio.toFixed(2)}x`

/** Two decimals, none for what is large. */
const plain = (value: number): string => (Math.abs(value) >= 1_000 ? value.toFixed(0) : value.toFixed(2))

/** Three digits: 1.23 M, 45.6 k, 789. */
export function short(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toPrecision(3)} G`
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)} M`
  if (value >= 1e3) return `${(value / 1e3).toPrecision(3)} k`
  return value.toPrecision(3)
}
