/** Runs tasks on the caller's thread, when not one worker could be started. Same loading, same answer. */

import type { Reply, Task } from './protocol.ts'
import { runStage } from './run-stage.ts'

/** The last task of each stage that is under way. */
const last = new Map<string, Promise<Reply>>()

/**
 * Runs `task` here, after those of its stage: a stage takes one batch at a time, as it does in a worker. Stages do not
 * wait for each other, or a term that runs a graph of its own would wait for itself.
 */
export function runHere(task: Task): Promise<Reply> {
  const stage = `${task.key} ${task.nodes.join(',')}`
  const reply = (last.get(stage) ?? Promise.resolve()).then(() => runStage(task, []))
  last.set(stage, reply)
  reply.then(() => {
    if (last.get(stage) === reply) last.delete(stage)
  })
  return reply
}
