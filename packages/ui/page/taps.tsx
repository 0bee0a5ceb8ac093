/** Items that have passed the taps, newest first. */

import { useState } from 'preact/hooks'
import { whole } from '../src/model/format.ts'
import type { Store } from './store.ts'

const SHOWN = 50

/** A card for each tap. */
export function Taps({ store }: { readonly store: Store }) {
  return (
    <>
      {[...store.tapped].map(([term, { items, skipped }]) => (
        <section key={term} class="card" aria-label={`Items of ${term}`} data-tap={term}>
          <div class="card-head">
            <h2>
              Items of {term} <span class="count">newest first</span>
            </h2>
            {skipped > 0 && <span class="note">{whole(skipped)} not shown</span>}
            {store.begun.includes(term) && !store.isOver && (
              <button
                type="button"
                onClick={() => void store.ask({ do: 'untap', term })}
                aria-label={`Stop showing items of ${term}`}
              >
                Stop
              </button>
            )}
          </div>
          <ol class="items">
            {[...items]
              .reverse()
              .slice(0, SHOWN)
              .map(({ time, text }, index) => (
                <li key={`${time} ${items.length - index}`}>
                  <pre>{text}</pre>
                </li>
              ))}
          </ol>
        </section>
      ))}
    </>
  )
}

/** Begins to show items of a term, of one of its ports or of all. */
export function TapForm({ store, id }: { readonly store: Store; readonly id: string }) {
  const [port, setPort] = useState('')
  const [limit, setLimit] = useState(20)
  const place = store.picture.nodes.findIndex((node) => node.id === id)
  const ports = [
    ...new Set(store.picture.edges.flatMap(({ from, output }) => (from === place ? [output] : []))),
  ]
  const name = port === '' ? id : `${id}:${port}`
  const isOn = store.begun.includes(name)
  const onSubmit = (event: Event): void => {
    event.preventDefault()
    void store.ask(isOn ? { do: 'untap', term: name } : { do: 'tap', term: name, limit })
  }
  return (
    <form class="tap-form" onSubmit={onSubmit}>
      {ports.length > 1 && (
        <label>
          port{' '}
          <select value={port} onChange={(event) => setPort(event.currentTarget.value)}>
            <option value="">all</option>
            {ports.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      )}
      {!isOn && (
        <label>
          at most{' '}
          <input
            type="number"
            min={1}
            max={100}
            value={limit}
            aria-label="Items shown in half a second at most"
            onInput={(event) => setLimit(Number(event.currentTarget.value))}
          />
        </label>
      )}
      <button type="submit">{isOn ? 'Stop showing items' : 'Show items'}</button>
    </form>
  )
}
