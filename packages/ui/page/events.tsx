/** What happened: stalls, health, starvation, failures, the end. */

import { clockTime } from '../src/model/format.ts'
import type { Notice } from '../src/model/protocol.ts'

const MARKS = { info: '·', warn: '!', bad: '✕' } as const

/** The newest first. */
export function Events({ notices }: { readonly notices: readonly Notice[] }) {
  return (
    <section class="card events" aria-label="Events">
      <h2>Events</h2>
      {notices.length === 0 ? (
        <p class="note">None so far.</p>
      ) : (
        <ol>
          {[...notices].reverse().map((notice, index) => (
            <li key={`${notice.time} ${notices.length - index}`} class={notice.level}>
              <time>{clockTime(notice.time)}</time>
              <span class="mark" aria-hidden="true">
                {MARKS[notice.level]}
              </span>
              <span>
                <b>{notice.kind}</b> {notice.text}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
