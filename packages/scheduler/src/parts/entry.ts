/**
 * The entry of a thread that hosts parts of runs, one at a time. Loaded by `HostThread` in each of its workers.
 *
 * `process.exit`, which would end the thread in the middle of its work, becomes an error of the term that called it.
 */

import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { MillraceError } from '@millrace/core'
import { Beacon, setOwnBeacon } from '../worker/beacon.ts'
import { toFailure } from './failure.ts'
import { PartRunner } from './part-runner.ts'
import { watchPrinted } from './printed.ts'
import { type OpenPart, PARTS_VERSION, type Reply } from './protocol.ts'

watchPrinted()
setOwnBeacon(new Beacon(workerData as Int32Array<SharedArrayBuffer>))

const endThread = process.exit.bind(process)

process.exit = (code?: number | string | null): never => {
  // Node itself ends a thread this way after an uncaught exception, and must be let
  if (new Error().stack?.includes('node:internal/main/worker_thread')) endThread(code)
  throw new MillraceError(
    'PROCESS_EXIT',
    `process.exit(${code ?? ''}) was called in a term. A term cannot end the process; throw an error instead.`,
  )
}

parentPort?.on('message', ({ version, port }: OpenPart) => {
  if (version === PARTS_VERSION) new PartRunner(port)
  else refuse(port, version)
})

function refuse(port: MessagePort, version: number): void {
  const error = new MillraceError(
    'PROTOCOL_VERSION',
    `The worker speaks version ${PARTS_VERSION}, the caller ${version}: two versions of Millrace are mixed.`,
  )
  const reply: Reply = { kind: 'failed', failure: toFailure(error) }
  port.postMessage(reply)
}
