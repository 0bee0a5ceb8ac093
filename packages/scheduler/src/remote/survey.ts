/**
 * Where the stages of a run go under the strategies that send batches to workers, and why. Called by `RemotePlacement`, for
 * runs and for surveys alike.
 */

import { isEnforceable, type NodePlace, type StagePlan } from '@millrace/core/engine'
import type { SchedulerOptions } from '../options.ts'
import type { Mobility, Movement } from './place.ts'
import type { StatefulPlace } from './stateful-stage.ts'

/** Of a node that could move, if only a worker could build it. */
export const HOMELESS: Movement = { mobility: 'local', why: 'no graph module has built it, so no worker can' }

const NO_WORKERS = 'no term of the graph goes to workers'
const FALLBACK = 'workers cannot build all terms that should go to them, and scheduler.fallback is "inline"'
const BARE_MERGE = 'a merge alone is not worth the way to a worker'
const LONE_SOURCE = 'what reads it does not go to workers'
const BY_SETTING = 'it keeps a state, and scheduler.stateful is "caller"'
const LIGHT =
  'it keeps a state, so it begins there, and moves to one worker at a time once it has shown that it is heavy'
const HEAVY = 'it keeps a state, so one worker at a time runs it'

/** Where a stage that is in no region runs, at first. */
export function whereOf(
  { nodes }: StagePlan,
  mobility: Mobility,
  { stateful = 'auto' }: SchedulerOptions,
): StatefulPlace {
  if (stateful === 'caller' || (mobility !== 'stateful' && mobility !== 'combining')) return 'caller'
  // where the caller's thread could not enforce a time limit, it is not to begin there
  return nodes.every(isEnforceable) ? stateful : 'workers'
}

/** Where the nodes of a stage run; `movements` are theirs. `hasWorkers`: whether the run asks for workers at all. */
export function placesIn(
  stage: StagePlan,
  movements: readonly Movement[],
  options: SchedulerOptions,
  hasWorkers: boolean,
): NodePlace[] {
  return stage.nodes.map((node, at) => {
    const movement = movements[at] as Movement
    return { node, ...placeOf(stage, movement, options, hasWorkers) }
  })
}

function placeOf(
  stage: StagePlan,
  { mobility, why }: Movement,
  options: SchedulerOptions,
  hasWorkers: boolean,
): Omit<NodePlace, 'node'> {
  if (mobility === 'local') return { runsOn: 'caller', why }
  if (!hasWorkers) return { runsOn: 'caller', why: mobility === 'splittable' ? NO_WORKERS : FALLBACK }
  if (stage.kind === 'region') return { runsOn: 'workers', why }
  if (mobility === 'free') return { runsOn: 'caller', why: BARE_MERGE }
  if (mobility === 'splittable') return { runsOn: 'caller', why: LONE_SOURCE }
  switch (whereOf(stage, mobility, options)) {
    case 'workers':
      return { runsOn: 'workers', why: HEAVY }
    case 'auto':
      return { runsOn: 'caller', why: LIGHT }
    case 'caller':
      return { runsOn: 'caller', why: BY_SETTING }
  }
}
