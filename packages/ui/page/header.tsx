/** The page's head: which run it is, how it stands, and what steers it. */

import { duration, percent } from '../src/model/format.ts'
import type { Moment } from '../src/model/moment.ts'
import type { Head } from '../src/model/protocol.ts'
import type { Store } from './store.ts'
import { RUN_MARKS } from './words.ts'

interface HeaderProps {
  readonly store: Store
  readonly head: Head
  readonly moment: Moment
}

/** One line, two on a narrow screen. */
export function Header({ store, head, moment }: HeaderProps) {
  const { state } = store
  const { threads, elapsedMs } = moment.frame.stats
  const isOpen = ['starting', 'running', 'paused', 'draining'].includes(state)
  const send = (what: 'pause' | 'resume' | 'stop' | 'cancel'): void => void store.ask({ do: what })
  const lost = store.isConnected || store.isOver ? undefined : 'no connection'
  return (
    <header>
      <div class="who">
        <h1>{head.title}</h1>
        <p class="facts">
          <span class={`chip run-${lost === undefined ? state : 'lost'}`} id="run-state">
            <span aria-hidden="true">{lost === undefined ? RUN_MARKS[state] : '!'}</span> {lost ?? state}
          </span>
          <span>{head.strategy}</span>
          <span>
            {threads.budget === 0
              ? 'the caller’s thread'
              : `${threads.budget} worker${threads.budget === 1 ? '' : 's'} and the caller`}
          </span>
          {threads.budget > 0 && <span>threads {threads.health.level}</span>}
          <span>{duration(elapsedMs)}</span>
          {moment.frame.caller !== undefined && <span>caller {percent(moment.frame.caller.busyShare)}</span>}
        </p>
      </div>
      {head.mayControl && head.isLive && !store.isOver && isOpen && (
        <div class="controls" role="group" aria-label="Steer the run">
          {state === 'paused' ? (
            <button type="button" onClick={() => send('resume')}>
              Resume
            </button>
          ) : (
            <button type="button" onClick={() => send('pause')}>
              Pause
            </button>
          )}
          <button
            type="button"
            onClick={() => send('stop')}
            title="Sources end; what is under way goes on to its end"
          >
            Stop
          </button>
          <button type="button" class="danger" onClick={() => send('cancel')} title="Ends the run now">
            Cancel
          </button>
        </div>
      )}
      {store.complaint !== undefined && (
        <p class="complaint" role="alert">
          {store.complaint}
        </p>
      )}
    </header>
  )
}
