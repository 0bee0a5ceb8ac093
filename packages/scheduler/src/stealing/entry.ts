/** The entry of a worker of the strategy `work-stealing`. */

import { parentPort, workerData } from 'node:worker_threads'
import { Beacon, setOwnBeacon } from '../worker/beacon.ts'
import { hearEnds } from '../worker/forget.ts'
import { guardExit } from '../worker/guard.ts'
import type { Order, WorkerStart } from './protocol.ts'
import { StealingWorker } from './stealing-worker.ts'

guardExit()
hearEnds()
const { slot, cells, beacon } = workerData as WorkerStart
setOwnBeacon(new Beacon(beacon))
const worker = new StealingWorker(slot, cells, (report, transfer) =>
  parentPort?.postMessage(report, transfer),
)
parentPort?.on('message', (order: Order) => worker.onOrder(order))
