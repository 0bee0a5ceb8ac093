/** Says aloud, to who listens to the page, what has changed: seldom, and in one sentence. */

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Moment } from '../src/model/moment.ts'
import type { RunState } from '../src/model/protocol.ts'

const PAUSE_MS = 5000

/** Heard, not seen. */
export function Live({ moment, state }: { readonly moment: Moment; readonly state: RunState }) {
  const [text, say] = useState('')
  const saidAt = useRef(0)
  const term = moment.frame.limit?.term
  const sentence = `The run is ${state}.${moment.frame.limit === undefined ? '' : ` Limited by ${term ?? 'its sources'}.`}`
  useEffect(() => {
    const wait = Math.max(0, saidAt.current + PAUSE_MS - Date.now())
    const timer = setTimeout(() => {
      saidAt.current = Date.now()
      say(sentence)
    }, wait)
    return () => clearTimeout(timer)
  }, [sentence])
  return (
    <div class="heard" role="status" aria-live="polite">
      {text}
    </div>
  )
}
