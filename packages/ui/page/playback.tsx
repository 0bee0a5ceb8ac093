/** The slider of a recorded run. */

import { useEffect, useState } from 'preact/hooks'
import { duration } from '../src/model/format.ts'
import type { Store } from './store.ts'

const STEP_MS = 250

/** Goes through the frames, by hand or by itself. */
export function Playback({ store }: { readonly store: Store }) {
  const [isPlaying, play] = useState(false)
  const last = store.frames.length - 1
  useEffect(() => {
    if (!isPlaying) return
    const timer = setInterval(() => {
      if (store.at >= last) play(false)
      else store.seek(store.at + 1)
    }, STEP_MS)
    return () => clearInterval(timer)
  }, [isPlaying, store, last])
  const toggle = (): void => {
    if (!isPlaying && store.at >= last) store.seek(0)
    play(!isPlaying)
  }
  const elapsed = duration(store.frames[store.at]?.stats.elapsedMs ?? 0)
  return (
    <section class="card playback" aria-label="Playback">
      <button type="button" onClick={toggle} aria-pressed={isPlaying}>
        {isPlaying ? 'Halt' : 'Play'}
      </button>
      <input
        type="range"
        min={0}
        max={last}
        value={store.at}
        aria-label="Moment of the run"
        aria-valuetext={elapsed}
        onInput={(event) => {
          play(false)
          store.seek(Number(event.currentTarget.value))
        }}
      />
      <output>
        {elapsed} of {duration(store.frames[last]?.stats.elapsedMs ?? 0)}
      </output>
    </section>
  )
}
