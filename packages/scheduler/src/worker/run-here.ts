/** Runs tasks on the caller's thread, when not one worker could be started. Same loading, same answer. */

import type { Reply, Task } from './protocol.ts'
import { runStage } from './run-stage.ts'

let last: Promise<unknown> = Promise.resolve()

/** Runs `task` here, after those before it: a stage takes one batch at a time, as it does in a worker. */
export function runHere(task: Task): Promise<Reply> {
  const reply = last.then(() => runStage(task, []))
  last = reply
  return reply
}
