/**
 * A pool worker's entry: loaded by tinypool in each of its workers.
 *
 * Nothing that a term does may leave a task unanswered: failures become replies, and `process.exit`, which would
 * end the thread in mid-task, becomes an error of the term that called it.
 */

import { threadId } from 'node:worker_threads'
import { Beacon, setOwnBeacon } from './beacon.ts'
import { BEACON_FILE, FileBeacon } from './beacon-file.ts'
import { Door } from './door.ts'
import { hearEnds, hearEndsFromParent } from './forget.ts'
import { guardExit } from './guard.ts'
import type { Transferred } from './packed.ts'
import type { Reply, SentTask } from './protocol.ts'
import type { RegionRunner } from './region-runner.ts'
import { prepareRegion, runTask } from './run-task.ts'
import { watchParent } from './watch-parent.ts'

if (threadId === 0) watchParent()
guardExit()
const path = process.env[BEACON_FILE]
if (threadId !== 0) hearEnds()
else hearEndsFromParent()
if (threadId === 0 && path !== undefined) setOwnBeacon(FileBeacon.open(path) ?? new Beacon())

const NOT_BEGUN: Reply = { kind: 'unknown' }
let door: Door | undefined
let last: Promise<unknown> = Promise.resolve()

/** Runs one task after the other, called by tinypool. Never rejects. */
export default function answer({ number, task, cells }: SentTask): Promise<unknown> {
  if (door === undefined && cells !== undefined) {
    setOwnBeacon(new Beacon(cells.beacon))
    door = new Door(cells.door)
  }
  const answered = last.then(() => (door?.take(number) === false ? NOT_BEGUN : run(task, number)))
  last = answered.then(replied)
  return answered
}

/** Resolves once tinypool has sent the reply, which it does when all that was printed is out. */
async function replied(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0) await new Promise<void>((resolve) => stream.write('', () => resolve()))
  }
  await new Promise((resolve) => setImmediate(resolve))
}

async function run(task: SentTask['task'], number: number): Promise<unknown> {
  if (task.kind === 'prepare') return prepareRegion(task)
  const transfer: Transferred = []
  let watched: RegionRunner | undefined
  const reply = await runTask(task, transfer, (runner) => {
    if (watched !== undefined) watched.isAskedBack = undefined
    watched = runner
    if (runner !== undefined) runner.isAskedBack = () => door?.isAskedBack(number) === true
  })
  if (transfer.length === 0 || threadId === 0) return reply
  // only now: a worker would take as long to load it as a good part of the rest
  const { Tinypool } = await import('tinypool')
  return Tinypool.move({ [Tinypool.transferableSymbol]: transfer, [Tinypool.valueSymbol]: reply } as never)
}
