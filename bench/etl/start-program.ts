// Starts a contender's program as a process of its own and times it from outside. Called by contract.ts. The program
// reports what only it can see, its processor time, on file descriptor 3 (own-usage.ts).

import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Figures } from '../harness/contracts.ts'
import type { OwnUsage } from './own-usage.ts'

/** @throws Error with the program's own error output when it does not end well. */
export function startProgram(program: URL, args: readonly string[]): Promise<Figures> {
  const startMs = performance.now()
  // with --profile, the contender's process was started with --cpu-prof: so is its program
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(program), ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const errors = textOf(child.stderr as Readable)
  const usage = textOf(child.stdio[3] as Readable)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const wholeMs = performance.now() - startMs
      if (code !== 0) {
        reject(new Error(`the program ended with ${signal ?? `exit code ${code}`}\n${errors()}`))
        return
      }
      resolve({ wholeMs, ...(JSON.parse(usage()) as OwnUsage) })
    })
  })
}

function textOf(stream: Readable): () => string {
  const pieces: Buffer[] = []
  stream.on('data', (piece: Buffer) => pieces.push(piece))
  return () => Buffer.concat(pieces).toString().trim()
}
