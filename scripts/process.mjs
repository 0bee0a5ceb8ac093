// Starting other programs, for the scripts of this folder. Nothing here knows what is being started.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The repository's root, with its closing slash. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Runs a program, at the root or in `cwd`, and resolves to its exit code (128 + n after a signal, as shells do) and, with
 * `capture`, to everything it printed.
 */
export function run(
  command,
  args,
  { capture = false, stdio, cwd = root, env = process.env, shell = false } = {},
) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      shell,
      stdio: capture ? ['ignore', 'pipe', 'pipe'] : (stdio ?? 'inherit'),
    })
    let output = ''
    if (capture) {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8')
        stream.on('data', (text) => {
          output += text
        })
      }
    }
    child.on('error', (error) => resolve({ code: 127, output: `${output}${error.message}\n` }))
    child.on('close', (code, signal) => {
      resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 143), output })
    })
  })
}

/** Runs Node itself; see {@link run}. */
export function runNode(args, options) {
  return run(process.execPath, args, options)
}
