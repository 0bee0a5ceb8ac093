/** The NATS server that tests use, if there is one. Not published. */

import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'

/** Address of the server. */
export const SERVER = process.env['MILLRACE_NATS'] ?? 'nats://127.0.0.1:4222'

/** Whether it answers. @throws if it does not and must. */
export async function hasServer(): Promise<boolean> {
  const { hostname, port } = new URL(SERVER)
  const answers = await new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), hostname)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
  if (!answers && process.env['MILLRACE_SERVICES'] === 'required') {
    throw new Error(`no NATS server answers at ${SERVER}, and MILLRACE_SERVICES is "required"`)
  }
  if (!answers) console.warn(`left out: tests on NATS JetStream; no server answers at ${SERVER}`)
  return answers
}

/** A name for a run that no other test has. */
export function runName(): string {
  return `test-${randomUUID().slice(0, 13)}`
}
