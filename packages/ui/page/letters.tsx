/** Dead letters by group: what failed, how often, and the newest item of each. A group can be run again. */

import { useState } from 'preact/hooks'
import { whole } from '../src/model/format.ts'
import { MORE_GROUPS } from '../src/model/letters.ts'
import type { LetterGroup } from '../src/model/protocol.ts'
import type { Store } from './store.ts'

/** A group can be opened. */
export function Letters({ store }: { readonly store: Store }) {
  const { letters, head } = store
  const total = letters.reduce((sum, { count }) => sum + count, 0)
  return (
    <section class="card letters" aria-label="Dead letters">
      <h2>
        Dead letters <span class="count bad">{whole(total)}</span>
      </h2>
      {letters.map((group) => (
        <details key={group.key} data-letters={group.count}>
          <summary>
            <b>{whole(group.count)}</b> <span class="code">{group.code}</span> in <b>{group.term}</b>
            <span class="message">{group.message}</span>
          </summary>
          <dl>
            <dt>newest error</dt>
            <dd>{group.latest.error}</dd>
            <dt>its item</dt>
            <dd>
              <pre>{group.latest.item}</pre>
            </dd>
          </dl>
          {head?.mayReplay === true && group.key !== MORE_GROUPS && <Replay store={store} group={group} />}
        </details>
      ))}
    </section>
  )
}

/** Runs a group again, once its module was mended, and says what became of it. */
function Replay({ store, group }: { readonly store: Store; readonly group: LetterGroup }) {
  const [isRunning, setRunning] = useState(false)
  const [said, say] = useState<string | undefined>()
  const replay = async (): Promise<void> => {
    setRunning(true)
    say(undefined)
    say(await store.ask({ do: 'replay', key: group.key }))
    setRunning(false)
  }
  return (
    <p class="replay">
      <button
        type="button"
        disabled={isRunning}
        onClick={replay}
        title="The module is loaded once more, in a process of its own, and gets the items of this group alone"
      >
        {isRunning ? 'Running …' : 'Replay group'}
      </button>
      <span class="note" role="status">
        {said}
      </span>
    </p>
  )
}
