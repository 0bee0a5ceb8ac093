/** Every term in a table: what the graph shows, as text. */

import { useMemo, useState } from 'preact/hooks'
import { count, percent, whole } from '../src/model/format.ts'
import type { Moment, NodeNow } from '../src/model/moment.ts'
import { most } from '../src/model/most.ts'
import type { Picture, PictureNode } from '../src/model/picture.ts'
import { WORDS } from './words.ts'

const PAGE = 50

interface TermsProps {
  readonly picture: Picture
  readonly moment: Moment
  readonly selected: string | undefined
  onSelect(id: string): void
}

/** The table; of a large graph the first terms that match, those most at work first. */
export function Terms({ picture, moment, selected, onSelect }: TermsProps) {
  const [search, setSearch] = useState('')
  const isLarge = picture.nodes.length > PAGE
  const all = useMemo(() => picture.nodes.map((_, place) => place), [picture])
  const found = useMemo(() => {
    const part = search.toLowerCase()
    return part === '' ? all : all.filter((place) => picture.nodes[place]?.id.toLowerCase().includes(part))
  }, [all, picture, search])
  const shown = isLarge ? most(found, (place) => heat(moment.nodes[place] as NodeNow), PAGE) : found
  const rows = shown.map((place) => ({
    id: (picture.nodes[place] as PictureNode).id,
    now: moment.nodes[place] as NodeNow,
  }))
  return (
    <section class="card terms" aria-label="Terms">
      <div class="card-head">
        <h2>
          Terms <span class="count">{whole(picture.nodes.length)}</span>
        </h2>
        {isLarge && (
          <input
            type="search"
            placeholder="find a term"
            aria-label="Find a term"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        )}
      </div>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">term</th>
              <th scope="col">state</th>
              <th scope="col">in</th>
              <th scope="col">out</th>
              <th scope="col">out/s</th>
              <th scope="col">failed</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, now }) => (
              <tr key={id} class={id === selected ? 'selected' : ''}>
                <th scope="row">
                  <button type="button" onClick={() => onSelect(id)} aria-pressed={id === selected}>
                    {id}
                  </button>
                </th>
                <td>
                  <span class={`dot share-${now.state}`} aria-hidden="true" />
                  {WORDS[now.state]} {percent(now.shares[now.state])}
                </td>
                <td>{whole(now.in)}</td>
                <td>{whole(now.out)}</td>
                <td>{count(now.outRate)}</td>
                <td class={now.failed > 0 ? 'bad' : 'none'}>{whole(now.failed)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length < found.length && (
        <p class="note">
          {rows.length} of {whole(found.length)} are shown, those most at work first.
        </p>
      )}
    </section>
  )
}

/** In steps, so that rows do not change places with every breath. */
function heat({ shares, isLimiting, failed }: NodeNow): number {
  const share = shares.busy * 3 + shares.waiting * 2 + shares.backpressured
  return (isLimiting ? 10 : 0) + (failed > 0 ? 1 : 0) + Math.round(share * 10) / 10
}
