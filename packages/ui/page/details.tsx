/** One term: its shares, its figures, its edges, and the items that leave it. */

import { useEffect, useRef } from 'preact/hooks'
import { count, percent, shortly, whole } from '../src/model/format.ts'
import { STATES } from '../src/model/interval.ts'
import type { Moment } from '../src/model/moment.ts'
import type { Spread } from '../src/model/protocol.ts'
import type { Store } from './store.ts'
import { TapForm } from './taps.tsx'
import { MEANINGS, WORDS } from './words.ts'

/** `0.4 ms, 99 % 12 ms`. */
const spread = ({ p50, p99 }: Spread): string => `50 % ≤ ${shortly(p50)}, 99 % ≤ ${shortly(p99)}`

interface DetailsProps {
  readonly store: Store
  readonly moment: Moment
  readonly id: string
  onClose(): void
}

/** Beside the graph; under it on a narrow screen. */
export function Details({ store, moment, id, onClose }: DetailsProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [id])
  const place = store.picture.nodes.findIndex((node) => node.id === id)
  const now = moment.nodes[place]
  if (now === undefined) return null
  const edges = store.picture.edges.flatMap(({ from, to }, index) => {
    const edge = moment.edges[index]
    if ((from !== place && to !== place) || edge === undefined) return []
    const other = store.picture.nodes[from === place ? to : from]?.id ?? ''
    return [{ key: index, arrow: from === place ? 'to' : 'from', other, edge }]
  })
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onClose()
  }
  return (
    <aside class="details" aria-label={`Term ${id}`} onKeyDown={onKey}>
      <div class="card-head">
        <h2 tabIndex={-1} ref={heading}>
          {id}
        </h2>
        <button type="button" onClick={onClose} aria-label="Close">
          ✕
        </button>
      </div>
      <dl class="shares">
        {STATES.map((state) => (
          <div key={state} title={MEANINGS[state]}>
            <dt>
              <span class={`dot share-${state}`} aria-hidden="true" />
              {WORDS[state]}
            </dt>
            <dd>{percent(now.shares[state])}</dd>
          </div>
        ))}
      </dl>
      <dl class="facts-list">
        <dt>taken</dt>
        <dd>
          {whole(now.in)} · {count(now.inRate)}/s
        </dd>
        <dt>given</dt>
        <dd>
          {whole(now.out)} · {count(now.outRate)}/s
        </dd>
        {now.filtered > 0 && <dt>no output for</dt>}
        {now.filtered > 0 && <dd>{whole(now.filtered)}</dd>}
        {now.failed > 0 && <dt>failed</dt>}
        {now.failed > 0 && <dd class="bad">{whole(now.failed)}</dd>}
        <dt>runs on</dt>
        <dd>{now.runsOn === 'caller' ? 'the caller’s thread' : 'workers'}</dd>
      </dl>
      {edges.length > 0 && (
        <ul class="edges">
          {edges.slice(0, 12).map(({ key, arrow, other, edge }) => (
            <li key={key}>
              <span>
                {arrow} {other}
              </span>
              <span>
                {edge.fill === undefined
                  ? 'one loop'
                  : `${whole(edge.items)} of ${whole(edge.capacity)}, ${percent(edge.fill)}`}
              </span>
              {edge.waits !== undefined && (
                <p class="waits" title="How long the edge was full each time, by the share of times">
                  <span>{arrow === 'to' ? 'held back' : 'holds back'} for</span>
                  {edge.waits.lately !== undefined && <span>{spread(edge.waits.lately)} lately</span>}
                  <span>{spread(edge.waits.all)} in all</span>
                </p>
              )}
            </li>
          ))}
          {edges.length > 12 && <li class="note">and {whole(edges.length - 12)} more</li>}
        </ul>
      )}
      {store.head?.isLive === true && !store.isOver && store.head.mayControl && (
        <TapForm store={store} id={id} />
      )}
    </aside>
  )
}
