/** `commandAfter`: what a run is to do once it is told something else. Called by the substrates. */

import type { Command } from './substrate.ts'

const STRENGTH: Readonly<Record<Command, number>> = { run: 0, pause: 0, stop: 1, cancel: 2 }

/** What holds from then on: a run that is being stopped or cancelled is not paused, resumed or, once cancelled, drained. */
export function commandAfter(before: Command, next: Command): Command {
  return STRENGTH[next] >= STRENGTH[before] ? next : before
}
