/** The entry of a thread that hosts parts of runs, one at a time. Loaded by `HostThread` in each of its workers. */

import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { MillraceError } from '@millrace/core'
import { Beacon, setOwnBeacon } from '../worker/beacon.ts'
import { guardExit } from '../worker/guard.ts'
import { toFailure } from './failure.ts'
import { PartRunner } from './part-runner.ts'
import { watchPrinted } from './printed.ts'
import { type OpenPart, PARTS_VERSION, type Reply } from './protocol.ts'

watchPrinted()
guardExit()
setOwnBeacon(new Beacon(workerData as Int32Array<SharedArrayBuffer>))

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
