// The thread of one term: multiplies what comes and posts it back.

import { parentPort, workerData } from 'node:worker_threads'
import { multiply } from './contract.ts'

const { index, steps } = workerData as { readonly index: number; readonly steps: number }
parentPort?.on('message', (item: number) => parentPort?.postMessage(multiply(item, index, steps)))
