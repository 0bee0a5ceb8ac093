/** The entry of a worker of the strategy `work-stealing`. */

import { performance } from 'node:perf_hooks'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { Beacon, setOwnBeacon } from '../worker/beacon.ts'
import { hearEnds } from '../worker/forget.ts'
import { guardExit } from '../worker/guard.ts'
import { knownRegion } from '../worker/region-store.ts'
import { letGo, prepareRegion, runTask } from '../worker/run-task.ts'
import type { Order, WorkerStart } from './protocol.ts'
import { StealingWorker } from './stealing-worker.ts'

guardExit()
hearEnds()
const { slot, cells, beacon: shared } = workerData as WorkerStart
const beacon = new Beacon(shared)
setOwnBeacon(beacon)
const port = parentPort as MessagePort
const worker = new StealingWorker(slot, cells, {
  beacon,
  runTask,
  letGo,
  prepare: prepareRegion,
  regionOf: knownRegion,
  report: (report, transfer) => port.postMessage(report, transfer),
  hear: () => {
    for (;;) {
      const received = receiveMessageOnPort(port)
      if (received === undefined) return
      worker.onOrder(received.message as Order)
    }
  },
  now: () => performance.now(),
  random: Math.random,
  after: (ms, then) => {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
  turn: () => new Promise((resolve) => setImmediate(resolve)),
})
port.on('message', (order: Order) => worker.onOrder(order))
