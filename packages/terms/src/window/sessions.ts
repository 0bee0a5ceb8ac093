/**
 * `sessions`: the windower of windows that end where nothing came for a while. Internal.
 *
 * An item that comes out of order may join two sessions into one, so aggregates are merged. Which sessions are due is
 * read off a heap; an entry whose session has grown meanwhile is put back.
 */

import { type Entry, popEntry, pushEntry } from '../event-time/heap.ts'
import { fullError } from '../event-time/options.ts'
import { type Fired, firedOf, type Windower, type WindowerOptions } from './windower.ts'

/** One session of one key. */
export interface Session {
  /** Times of the first and the last item. */
  start: number
  last: number
  value: unknown
  /** In the heap under this number; an entry of another number is void. */
  seq: number
  /** Its result was given; it is kept for late items. */
  isGiven: boolean
  /** It holds a session whose result was given before a late item came. */
  isLate: boolean
}

/** Says when to look at a session. */
export interface Due extends Entry {
  readonly key: unknown
}

/** The state: open sessions by key, earliest first, and when they are due. */
export interface SessionState {
  readonly byKey: Map<unknown, Session[]>
  readonly due: Due[]
  /** Sessions held. */
  held: number
  /** The number that the next session gets. */
  seq: number
}

/** Sessions that end where no item came for `gapMs`. */
export function sessions(gapMs: number, options: WindowerOptions): Windower<SessionState, unknown, Fired> {
  const { owner, aggregate, allowedLatenessMs, maxOpen } = options

  function dueAt({ last, isGiven }: Session): number {
    return isGiven ? last + gapMs + allowedLatenessMs : last + gapMs
  }

  function schedule(state: SessionState, key: unknown, session: Session): void {
    session.seq = state.seq++
    pushEntry(state.due, { at: dueAt(session), seq: session.seq, key })
  }

  function fired(key: unknown, { start, last, value, isLate }: Session): Fired {
    return firedOf(key, start, last + gapMs, aggregate.result(value), isLate)
  }

  /** Sessions of `all` that an item of `time` belongs to become the first of them. */
  function join(all: Session[], from: number, count: number): Session {
    const first = all[from] as Session
    first.isLate ||= first.isGiven
    for (const other of all.splice(from + 1, count - 1)) {
      first.last = Math.max(first.last, other.last)
      first.isLate ||= other.isLate || other.isGiven
      first.value = aggregate.merge(first.value, other.value)
    }
    return first
  }

  return {
    init: () => ({ byKey: new Map(), due: [], held: 0, seq: 0 }),

    add(state, key, item, time, watermark, out) {
      const all = state.byKey.get(key) ?? []
      const from = all.findIndex(({ last }) => time < last + gapMs)
      const at = from < 0 ? all.length : from
      let count = 0
      while (at + count < all.length && (all[at + count] as Session).start < time + gapMs) count++
      if (count === 0) {
        if (time + gapMs + allowedLatenessMs <= watermark) return false
        if (++state.held > maxOpen) throw fullError(owner, 'maxOpen', maxOpen, 'open sessions')
        all.splice(at, 0, {
          start: time,
          last: time,
          value: aggregate.init(),
          seq: -1,
          isGiven: false,
          isLate: false,
        })
        state.byKey.set(key, all)
      }
      const wasGiven = count === 1 && (all[at] as Session).isGiven
      const session = join(all, at, count)
      if (count > 1) state.held -= count - 1
      session.start = Math.min(session.start, time)
      session.last = Math.max(session.last, time)
      session.value = aggregate.add(session.value, item)
      session.isGiven = session.last + gapMs <= watermark
      session.isLate ||= session.isGiven
      if (session.isGiven) out.push(fired(key, session))
      if (count !== 1 || wasGiven) schedule(state, key, session)
      return true
    },

    advance(state, watermark, out) {
      const complete: { readonly key: unknown; readonly session: Session }[] = []
      while (state.due.length > 0 && (state.due[0] as Due).at <= watermark) {
        const { key, seq } = popEntry(state.due)
        const all = state.byKey.get(key) ?? []
        const index = all.findIndex((session) => session.seq === seq)
        const session = all[index]
        if (session === undefined) continue
        if (dueAt(session) > watermark) {
          pushEntry(state.due, { at: dueAt(session), seq, key })
          continue
        }
        if (!session.isGiven) {
          session.isGiven = true
          complete.push({ key, session })
          if (dueAt(session) > watermark) {
            pushEntry(state.due, { at: dueAt(session), seq, key })
            continue
          }
        }
        all.splice(index, 1)
        state.held--
        if (all.length === 0) state.byKey.delete(key)
      }
      complete.sort((a, b) => a.session.last - b.session.last || a.session.start - b.session.start)
      for (const { key, session } of complete) out.push(fired(key, session))
    },

    nextAt: (state) => state.due[0]?.at ?? Number.POSITIVE_INFINITY,

    lastEnd(state) {
      let end = Number.NEGATIVE_INFINITY
      for (const all of state.byKey.values()) for (const { last } of all) end = Math.max(end, last + gapMs)
      return end
    },
  }
}
