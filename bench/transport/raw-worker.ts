// The thread of raw.ts: raises each record of a batch and sends the batch back.

import { parentPort, workerData } from 'node:worker_threads'
import { type Item, type Kind, raise } from './contract.ts'

const f = raise[workerData as Kind]
parentPort?.on('message', (batch: readonly Item[]) => parentPort?.postMessage(batch.map(f)))
