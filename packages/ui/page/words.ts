/** What states are called on the page. */

import type { State } from '../src/model/interval.ts'
import type { RunState } from '../src/model/protocol.ts'

/** The word for what a stage is at; colour alone says nothing to many. */
export const WORDS: Readonly<Record<State, string>> = {
  busy: 'busy',
  waiting: 'waiting',
  backpressured: 'back-pressured',
  idle: 'idle',
}

/** What each word means, for who hovers or asks. */
export const MEANINGS: Readonly<Record<State, string>> = {
  busy: 'its terms compute',
  waiting: 'a call is under way, or its turn has not come',
  backpressured: 'an edge behind it is full',
  idle: 'it has nothing to do',
}

/** A mark for how the run stands. */
export const RUN_MARKS: Readonly<Record<RunState, string>> = {
  starting: '○',
  running: '▶',
  paused: '❚❚',
  draining: '▶',
  completed: '✓',
  stopped: '■',
  failed: '✕',
  cancelled: '✕',
}
