/** `OwnServer`: a server that a test starts for itself on a free port, and restarts as it likes. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Service } from './service.ts'

/** How it is started: the program and its arguments. What it writes goes to the folder. */
export type Command = (port: number, folder: string) => readonly [program: string, ...args: string[]]

/** Whether a program is installed; says so if it is not. @throws if it is not and must be. */
export function isInstalled(program: string): boolean {
  if (spawnSync('which', [program]).status === 0) return true
  if (process.env['MILLRACE_SERVICES'] === 'required') {
    throw new Error(`${program} is not installed, and MILLRACE_SERVICES is "required"`)
  }
  console.warn(`left out: tests that start ${program}; it is not installed`)
  return false
}

/** One server with a folder of its own. */
export class OwnServer implements Service {
  readonly name: string
  readonly host = '127.0.0.1'
  readonly port: number
  readonly #folder: string
  readonly #command: Command
  #process: ChildProcess | undefined
  #said = ''

  private constructor(name: string, port: number, command: Command) {
    this.name = name
    this.port = port
    this.#command = command
    this.#folder = mkdtempSync(join(tmpdir(), 'millrace-server-'))
  }

  /** Resolves once it answers. */
  static async start(name: string, command: Command): Promise<OwnServer> {
    const server = new OwnServer(name, await freePort(), command)
    await server.start()
    return server
  }

  async start(): Promise<void> {
    const [program, ...args] = this.#command(this.port, this.#folder)
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: this.#folder })
    this.#process = child
    const say = (part: Buffer): void => {
      this.#said = (this.#said + part).slice(-2000)
    }
    child.stdout.on('data', say)
    child.stderr.on('data', say)
    while (!(await this.#answers())) {
      if (child.exitCode !== null) throw new Error(`${program} ended at once:\n${this.#said}`)
      await new Promise((resolve) => void setTimeout(resolve, 20))
    }
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, this.host)
      socket.once('connect', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
  }

  /** Stops it in good order; `start` goes on with what it has on its disk. */
  async stop(): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** Stops it and removes its folder. */
  async close(): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
