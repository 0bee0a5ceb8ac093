/** `startCommand`: the command `millrace` in a process of its own. Called by whatever needs another one. */

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { workerFlags } from '@millrace/scheduler'

/**
 * Starts `millrace` with `args`, on this Node, with its flags but for those that say what to run (`-e`), how to debug it, or
 * to watch it.
 */
export function startCommand(args: readonly string[], options: SpawnOptions): ChildProcess {
  const { execArgv = process.execArgv, env = process.env } = workerFlags('process')
  const command = fileURLToPath(new URL('../bin/millrace.js', import.meta.resolve('millrace')))
  return spawn(process.execPath, [...execArgv, command, ...args], {
    ...options,
    env: { ...env, ...options.env },
  })
}
