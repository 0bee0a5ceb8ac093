// What the scaling suite shows by itself: outputs a second, threads and memory over the number of terms, a line per contender, as
// `millrace bench` shows them. Called by main.ts with finished rows.

import {
  type BenchResult,
  type BenchSpread,
  curvesOfBench,
  reportOfBench,
  tableOfBench,
} from 'millrace/bench'
import type { Outcome, Row, Shown, Spread } from '../harness/contracts.ts'

const titles = { cpu: 'terms that compute', light: 'terms that multiply' } as const
type Kind = keyof typeof titles

const figure = 'outputsPerSecond'

/** The outputs a second of each kind in a table, and all figures with curves on a page. The picture is that of the first kind. */
export function showScaling(outcome: Outcome): Shown {
  const kinds = (Object.keys(titles) as Kind[]).filter((kind) => ofKind(outcome, kind).length > 0)
  const results = kinds.map((kind) => resultOf(outcome, kind))
  const [first] = results
  return {
    lines: results.flatMap((result) => [...tableOfBench(result, { figure, details: false }), '']),
    html: reportOfBench(results, { figure, title: 'Many terms side by side' }),
    svg: first === undefined ? '<svg xmlns="http://www.w3.org/2000/svg"/>' : curvesOfBench(first, { figure }),
  }
}

function resultOf(outcome: Outcome, kind: Kind): BenchResult<string> {
  const { machine, suite, mode } = outcome
  const rows = ofKind(outcome, kind)
  // what has no rounds was recorded elsewhere, unless it failed in its first or was left out
  const measured = rows.filter(({ rounds, failed }) => rounds > 0 || failed !== undefined)
  const { cpu: processor, cores: processors, memoryBytes, node, loadAtStart: load } = machine
  return {
    module: `${suite} (${mode}), ${titles[kind]}`,
    params: {},
    vary: { name: 'terms', values: [...new Set(rows.map(termsOf))].sort((a, b) => Number(a) - Number(b)) },
    rounds: Math.max(0, ...measured.map(({ rounds }) => rounds)),
    machine: { processor, processors, memoryBytes, node, load },
    rows: measured.map((row) => ({
      ...{ strategy: row.contender, workers: undefined, value: termsOf(row), rounds: row.rounds },
      figures: figuresOf(row),
      items: { in: row.items / Number(termsOf(row)), out: row.items },
      failed: row.failed,
      failure: row.failed === undefined ? undefined : ('failed' as const),
    })),
    recorded: rows
      .filter(({ rounds, failed, leftOut }) => rounds === 0 && failed === undefined && leftOut === undefined)
      .flatMap(({ contender: name, figures, ...row }) => {
        const seen = figures['itemsPerSecond']
        return seen === undefined ? [] : [{ name, value: termsOf(row), outputsPerSecond: seen.median }]
      }),
    // the harness checks each answer
    isConsistent: true,
  }
}

function ofKind({ rows }: Outcome, kind: Kind): Row[] {
  return rows.filter(({ workload, contender }) => workload.startsWith(kind) && contender !== 'idle')
}

function termsOf({ workload }: Pick<Row, 'workload'>): string {
  return workload.replace(/^\D+/, '')
}

function figuresOf(row: Row): BenchResult['rows'][number]['figures'] {
  const outputsPerSecond = spreadOf(row, 'itemsPerSecond')
  if (outputsPerSecond === undefined) return undefined
  const terms = Number(termsOf(row))
  const none: BenchSpread = { median: Number.NaN, least: Number.NaN, most: Number.NaN }
  return {
    itemsPerSecond: times(outputsPerSecond, 1 / terms),
    outputsPerSecond,
    elapsedMs: spreadOf(row, 'runMs') ?? none,
    wholeMs: spreadOf(row, 'processMs') ?? none,
    cpuMs: spreadOf(row, 'cpuMs') ?? none,
    peakBytes: spreadOf(row, 'peakRssBytes') ?? none,
    threads: spreadOf(row, 'peakThreads') ?? none,
  }
}

function spreadOf({ figures }: Row, name: string): BenchSpread | undefined {
  const spread: Spread | undefined = figures[name]
  return spread === undefined ? undefined : { median: spread.median, least: spread.min, most: spread.max }
}

function times({ median, least, most }: BenchSpread, factor: number): BenchSpread {
  return { median: median * factor, least: least * factor, most: most * factor }
}
