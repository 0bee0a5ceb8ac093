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
import { Door } from './door.ts'
import { hearEnds } from './forget.ts'
import { guardExit } from './guard.ts'
import type { Transferred } from './packed.ts'
import type { PoolWorkerData, Reply, SentTask, Task } from './protocol.ts'
import { runTask } from './run-task.ts'

guardExit()
/** A process has none: it gets a task at a time. */
let door: Door | undefined
if (threadId !== 0) {
  hearEnds()
  const data = Tinypool.workerData as PoolWorkerData
  setOwnBeacon(new Beacon(data.beacon))
  door = new Door(data.door)
} else {
  const path = process.env[BEACON_FILE]
  if (path !== undefined) setOwnBeacon(FileBeacon.open(path) ?? new Beacon())
}

const NOT_BEGUN: Reply = { kind: 'unknown' }
let last: Promise<unknown> = Promise.resolve()

/** Runs one task after the other, called by tinypool. Never rejects. */
export default function answer({ number, task }: SentTask): Promise<unknown> {
  const answered = last.then(() => (door?.take(number) === false ? NOT_BEGUN : run(task)))
  // the reply is to be on its way before the next task begins
  last = answered.then(() => new Promise((resolve) => setImmediate(resolve)))
  return answered
}

async function run(task: Task): Promise<unknown> {
  const transfer: Transferred = []
  const reply = await runTask(task, transfer)
  return transfer.length === 0 || threadId === 0
    ? reply
    : Tinypool.move({ [Tinypool.transferableSymbol]: transfer, [Tinypool.valueSymbol]: reply } as never)
}
