/**
 * A pool worker's entry: loaded by tinypool in each of its workers.
 *
 * Nothing that a term does may leave a task unanswered: failures become replies, and `process.exit`, which would
 * end the thread in mid-task, becomes an error of the term that called it.
 */

import { threadId } from 'node:worker_threads'
import { MillraceError } from '@millrace/core'
import { Tinypool } from 'tinypool'
import { hearEnds } from './forget.ts'
import type { Transferred } from './packed.ts'
import type { Task } from './protocol.ts'
import { runTask } from './run-task.ts'

const endThread = process.exit.bind(process)

process.exit = (code?: number | string | null): never => {
  // Node itself ends a thread this way after an uncaught exception, and must be let
  if (new Error().stack?.includes('node:internal/main/worker_thread')) endThread(code)
  throw new MillraceError(
    'PROCESS_EXIT',
    `process.exit(${code ?? ''}) was called in a term. A term cannot end the process; throw an error instead.`,
  )
}

if (threadId !== 0) hearEnds()

/** Runs one task, called by tinypool. Never rejects; columns of numbers are transferred. */
export default async function answer(task: Task): Promise<unknown> {
  const transfer: Transferred = []
  const reply = await runTask(task, transfer)
  return transfer.length === 0 || threadId === 0
    ? reply
    : Tinypool.move({ [Tinypool.transferableSymbol]: transfer, [Tinypool.valueSymbol]: reply } as never)
}
