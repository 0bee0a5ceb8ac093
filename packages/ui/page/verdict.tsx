/** What one wants to know first: what limits the run, and how much comes out of it. */

import { bytes, count, whole } from '../src/model/format.ts'
import type { Moment } from '../src/model/moment.ts'

/** A sentence and a row of figures. */
export function Verdict({ moment }: { readonly moment: Moment }) {
  const { frame, inRate, outRate, queued } = moment
  const { stats, limit, caller, state } = frame
  const { items, failures } = stats
  const isOver = !['starting', 'running', 'paused', 'draining'].includes(state)
  const figures: [string, string, string?][] = [
    ['in', isOver ? whole(items.in) : `${count(inRate)}/s`, isOver ? 'items' : `${whole(items.in)} so far`],
    [
      'out',
      isOver ? whole(items.out) : `${count(outRate)}/s`,
      isOver ? 'items' : `${whole(items.out)} so far`,
    ],
    ['queued', whole(queued), 'on all edges'],
    ...(caller === undefined
      ? []
      : [['memory', bytes(caller.rssBytes), 'of the process'] as [string, string, string]]),
    [
      'failed',
      whole(failures.total),
      failures.total === 0 ? 'none' : `${whole(items.deadLettered)} set aside`,
    ],
    ...(items.dropped > 0
      ? [['dropped', whole(items.dropped), 'by full edges'] as [string, string, string]]
      : []),
  ]
  return (
    <section class="verdict" aria-label="Summary">
      {limit !== undefined && (
        <p class="limit" id="limit">
          <span class="label">limited by</span> {limit.text.replace(/^limited by /, '')}
        </p>
      )}
      <dl class="figures">
        {figures.map(([name, value, note]) => (
          <div key={name} class={name === 'failed' && failures.total > 0 ? 'bad' : ''}>
            <dt>{name}</dt>
            <dd>{value}</dd>
            <dd class="note">{note}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
