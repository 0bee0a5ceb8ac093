/** The whole page: what limits the run first, then the graph, then how it went over time, then every term and event. */

import { useEffect, useState } from 'preact/hooks'
import { Charts } from './charts.tsx'
import { Details } from './details.tsx'
import { Events } from './events.tsx'
import { GraphView } from './graph-view.tsx'
import { Header } from './header.tsx'
import { Lanes } from './lanes.tsx'
import { Letters } from './letters.tsx'
import { Live } from './live-region.tsx'
import { Playback } from './playback.tsx'
import { Plots } from './plots.tsx'
import { Store } from './store.ts'
import { Taps } from './taps.tsx'
import { Terms } from './terms.tsx'
import { Verdict } from './verdict.tsx'

const store = new Store()

/** All of it. */
export function App() {
  const [, setVersion] = useState(0)
  const [selected, select] = useState<string | undefined>()
  useEffect(() => store.subscribe(() => setVersion(store.version)), [])
  const { head, moment } = store
  const title = head === undefined ? 'Millrace' : `${head.title} – ${store.state}`
  useEffect(() => {
    document.title = title
  }, [title])
  if (head === undefined || moment === undefined) {
    return (
      <main class="waiting" aria-busy="true">
        <p>{store.isConnected ? 'Waiting for the run to begin …' : 'The run cannot be reached.'}</p>
      </main>
    )
  }
  const choose = (id: string | undefined): void => select(id === selected ? undefined : id)
  return (
    <>
      <Header store={store} head={head} moment={moment} />
      <main data-ready="yes">
        <Verdict moment={moment} />
        {store.isPlayback && <Playback store={store} />}
        <section class="card graph-card" aria-label="Graph">
          <GraphView picture={store.picture} moment={moment} selected={selected} onSelect={choose} />
          {selected !== undefined && (
            <Details store={store} moment={moment} id={selected} onClose={() => select(undefined)} />
          )}
        </section>
        <Charts
          points={store.series.points}
          version={store.series.points.length}
          at={moment.frame.stats.elapsedMs / 1000}
        />
        <Plots plots={store.plots} />
        <Lanes points={store.series.points} />
        <div class="columns">
          <Terms picture={store.picture} moment={moment} selected={selected} onSelect={choose} />
          <div class="column">
            {store.letters.length > 0 && <Letters store={store} />}
            <Taps store={store} />
            <Events notices={store.notices} />
          </div>
        </div>
      </main>
      <Live moment={moment} state={store.state} />
    </>
  )
}
