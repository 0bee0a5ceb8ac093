// Starts `millrace run` as a process of its own, and tells its address and its processor time. Called by page.ts.

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'

const cli = join(dirname(createRequire(import.meta.url).resolve('millrace/package.json')), 'dist', 'cli.js')

/** Loaded ahead of the command: at its end it says what processor time it took, on file descriptor 3. */
const teller =
  "data:text/javascript,import{writeSync}from'node:fs';" +
  "process.on('exit',()=>{const{user,system}=process.cpuUsage();writeSync(3,String((user+system)/1e3))})"

/** Clock ticks of Linux in a second. */
const TICKS = 100

/** A run under way. */
export interface Command {
  readonly child: ChildProcess
  /** Resolves to the page's address. */
  readonly address: Promise<string>
  /** Resolves to the processor time of all its threads, in ms; rejects if it fails. */
  readonly cpuMs: Promise<number>
  /** Processor time so far, in ms. */
  cpuMsNow(): number
}

export function startCommand(args: readonly string[]): Command {
  const child = spawn(process.execPath, ['--import', teller, cli, 'run', ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  let [said, told] = ['', '']
  const address = new Promise<string>((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const [found] = /http:\S+token=\S+(?=\n)/.exec(said) ?? []
      if (found !== undefined) resolve(found)
    })
    child.on('close', () => reject(new Error(`no address was printed: ${said}`)))
  })
  address.catch(() => undefined) // a run without a page has none
  const tellings = child.stdio[3] as Readable
  tellings.setEncoding('utf8').on('data', (text: string) => {
    told += text
  })
  const cpuMs = new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(Number(told)) : reject(new Error(`exit code ${code}: ${said}`)),
    )
  })
  cpuMs.catch(() => undefined) // who ends it does not ask
  return { child, address, cpuMs, cpuMsNow: () => ticksOf(child.pid as number) * (1000 / TICKS) }
}

/** Of all threads of a process. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}
