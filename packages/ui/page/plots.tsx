/** What the run's own terms draw: the pictures of its plots, as they grow. */

import { clockTime, count } from '../src/model/format.ts'
import type { TermPlot } from '../src/model/protocol.ts'
import { Chart } from './charts.tsx'

const COLOURS = ['--line-a', '--line-b', '--line-c', '--line-d']

/** A chart for each. */
export function Plots({ plots }: { readonly plots: readonly TermPlot[] }) {
  if (plots.length === 0) return null
  return (
    <section class="charts" aria-label="Plots of the run">
      {plots.map((plot) => (
        <Chart
          key={plot.term}
          id={plot.term}
          title={plot.title}
          lines={plot.lines.map(({ name }, at) => ({ name, colour: COLOURS[at % COLOURS.length] as string }))}
          columns={[plot.x, ...plot.lines.map(({ y }) => y)]}
          show={reading}
          xShow={(value) => labelOf(plot, value)}
          mark={plot.mark}
          isOpen
          version={plot}
        />
      ))}
    </section>
  )
}

/** With the digits that tell readings apart. */
function reading(value: number): string {
  return Math.abs(value) < 1000 ? String(Number(value.toPrecision(4))) : count(value)
}

function labelOf({ xKind, labels }: TermPlot, value: number): string {
  if (xKind === 'text') return labels?.[value] ?? ''
  return xKind === 'time' ? clockTime(value) : reading(value)
}
