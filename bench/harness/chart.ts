// Draws a suite as SVG: one panel per workload, a dot for the median of each contender and a line from min to max.
// Called by main.ts with finished rows; nothing is measured here and no canvas is needed.

import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { Outcome, Suite } from './contracts.ts'

export function drawChart(suite: Suite, outcome: Outcome): Promise<string> {
  return new View(parse(compile(chartOf(suite, outcome)).spec), { renderer: 'none' }).toSVG()
}

export function chartOf({ figure, subject, contenders, workloads }: Suite, outcome: Outcome): TopLevelSpec {
  const values = outcome.rows.flatMap(({ workload, contender, figures }) => {
    const spread = figures[figure.name]
    return spread === undefined ? [] : [{ workload, contender, ...spread }]
  })
  const x = {
    type: 'quantitative',
    title: `${figure.label} (${figure.better} is better)`,
    scale: { type: 'log' },
    axis: { format: '~s', tickCount: 5 },
  } as const
  const y = {
    field: 'contender',
    type: 'nominal',
    sort: contenders.map(({ name }) => name),
    title: null,
  } as const
  const color = {
    condition: { test: `datum.contender === '${subject}'`, value: '#d1495b' },
    value: '#30638e',
  } as const
  return {
    background: 'white',
    title: suiteTitle(outcome),
    data: { values },
    facet: { field: 'workload', type: 'nominal', title: null, sort: workloads.map(({ name }) => name) },
    columns: Math.min(3, workloads.length),
    spec: {
      width: 220,
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: { x: { ...x, field: 'min' }, x2: { field: 'max' }, y, color },
        },
        {
          mark: { type: 'point', filled: true, size: 50 },
          encoding: { x: { ...x, field: 'median' }, y, color },
        },
      ],
    },
  }
}

function suiteTitle({ suite, mode, machine }: Outcome): string {
  return `${suite} (${mode}), Node ${machine.node}, ${machine.cores} cores`
}
