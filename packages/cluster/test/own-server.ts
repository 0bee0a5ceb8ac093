/** A NATS server of a test's own, which can be killed and started again on the same store. Not published. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@millrace/core/files'

/** A server that lives and dies as its test says. */
export class OwnServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'millrace-own-nats-'))
  readonly #more: readonly string[]
  #port = 0
  #server: ChildProcess | undefined

  /** @param config its configuration, beside address and store. */
  constructor(config = '') {
    const file = join(this.#folder, 'server.conf')
    if (config !== '') writeFileSync(file, config)
    this.#more = config === '' ? [] : ['-c', file]
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`
  }

  /** Resolves once it answers. */
  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort()
    const args = ['-a', '127.0.0.1', '-p', String(this.#port), '-js', '-sd', this.#folder, ...this.#more]
    this.#server = spawn('nats-server', args, { stdio: 'ignore' })
    while (!(await answers(this.#port))) await new Promise((resolve) => void setTimeout(resolve, 20))
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
  }

  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
