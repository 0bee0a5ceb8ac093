// A NATS server of the suite's own, on a store of its own, which can be killed and started again.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether there is a server to start. */
export function hasServerProgram(): boolean {
  return spawnSync('nats-server', ['--version']).status === 0
}

export class Server {
  readonly #folder = mkdtempSync(join(tmpdir(), 'millrace-bench-nats-'))
  readonly #prefix: readonly string[]
  readonly #address: string
  port = 0
  #process: ChildProcess | undefined

  /** @param prefix what it is started by: a network namespace's `ip netns exec NAME`. */
  constructor(prefix: readonly string[] = [], address = '127.0.0.1') {
    this.#prefix = prefix
    this.#address = address
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`
  }

  /** Resolves once it says that it is ready. */
  async start(): Promise<void> {
    if (this.port === 0) this.port = await freePort()
    const listen = ['-a', this.#address, '-p', String(this.port)]
    const [program, ...args] = [...this.#prefix, 'nats-server', ...listen, '-js', '-sd', this.#folder]
    const server = spawn(program as string, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#process = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.once('exit', (code) => reject(new Error(`nats-server ended with ${code}`)))
      server.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('Server is ready')) resolve()
      })
    })
  }

  /** Its process. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    const server = this.#process
    if (server === undefined) return
    this.#process = undefined
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
  }

  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => void server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
