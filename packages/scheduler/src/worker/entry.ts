/**
 * A pool worker's entry: loaded by tinypool in each of its workers.
 *
 * Nothing that a term does may leave a task unanswered: failures become replies, and `process.exit`, which would
 * end the thread in mid-task, becomes an error of the term that called it.
 */

import { threadId } from 'node:worker_threads'
import { Tinypool } from 'tinypool'
import { Beacon, setOwnBeacon } from './beacon.ts'
import { BEACON_FILE, FileBeacon } from './beacon-file.ts'
import { hearEnds } from './forget.ts'
import { guardExit } from './guard.ts'
import type { Transferred } from './packed.ts'
import type { Task } from './protocol.ts'
import { runTask } from './run-task.ts'

guardExit()
if (threadId !== 0) hearEnds()
const path = process.env[BEACON_FILE]
if (threadId !== 0) setOwnBeacon(new Beacon(Tinypool.workerData as Int32Array<SharedArrayBuffer>))
else if (path !== undefined) setOwnBeacon(FileBeacon.open(path) ?? new Beacon())

/** Runs one task, called by tinypool. Never rejects. */
export default async function answer(task: Task): Promise<unknown> {
  const transfer: Transferred = []
  const reply = await runTask(task, transfer)
  return transfer.length === 0 || threadId === 0
    ? reply
    : Tinypool.move({ [Tinypool.transferableSymbol]: transfer, [Tinypool.valueSymbol]: reply } as never)
}
