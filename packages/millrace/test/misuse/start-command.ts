/** Starts the built command for the misuse corpus: in a process of its own, or in one that many cases share. */

import { type ChildProcess, fork, spawn } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Act, CliMisuse } from './misuse.ts'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
/** What users start. */
const BIN = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))
const HOST = fileURLToPath(new URL('cli-host.mjs', import.meta.url))

/** A case that takes longer is said to hang. */
const DEADLINE_MS = 30_000

/** How a command ended; `hung` if it had to be killed. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly hung: boolean
}

/** No settings, colours or loaders from outside. */
function environment(variables: Readonly<Record<string, string>> = {}): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(FORCE_COLOR|NODE_OPTIONS|MILLRACE_.*|VITEST.*)$/.test(name),
  )
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...variables }
}

/** Runs the case in a process of its own. */
export function runAlone({ args, variables, act, limit }: CliMisuse, folder: string): Promise<Ended> {
  const command = [process.execPath, BIN, ...args]
  const [program = '', ...rest] =
    limit === undefined ? command : ['sh', '-c', `ulimit ${limit} && exec "$@"`, 'sh', ...command]
  const child = spawn(program, rest, {
    cwd: folder,
    env: environment(variables),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return gather(child, act)
}

function gather(child: ChildProcess, act: Act | undefined): Promise<Ended> {
  const output = { stdout: '', stderr: '' }
  let isActed = act === undefined
  let isTwice = act?.does.endsWith('twice') !== true
  let hung = false
  const deadline = setTimeout(() => {
    hung = true
    child.kill('SIGKILL')
  }, DEADLINE_MS)
  return new Promise((resolve, reject) => {
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        output[name] += text
        if (!isTwice && output.stderr.includes('draining')) {
          isTwice = true
          child.kill(signalOf(act))
        }
        if (isActed || act === undefined || !output.stdout.includes(act.after)) return
        isActed = true
        if (act.does === 'nothing') return
        if (act.does === 'closeStdout') child.stdout?.destroy()
        else child.kill(signalOf(act))
      })
    }
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(deadline)
      resolve({ code, ...output, hung })
    })
  })
}

function signalOf(act: Act | undefined): NodeJS.Signals {
  return (act?.does.split(' ')[0] ?? 'SIGINT') as NodeJS.Signals
}

/** A process that runs case after case. */
export class SharedProcess {
  #child: ChildProcess | undefined

  /** Runs the case; a case that hangs costs the process, and the next one gets a new one. */
  async run({ args, variables = {} }: CliMisuse, folder: string): Promise<Ended> {
    this.#child ??= fork(HOST, {
      env: environment(),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [],
    })
    const child = this.#child
    return new Promise((resolve) => {
      const settle = (ended: Ended): void => {
        clearTimeout(deadline)
        child.removeAllListeners()
        if (ended.hung || ended.code === null) this.close()
        resolve(ended)
      }
      const lost = { code: null, stdout: '', stderr: '' }
      const deadline = setTimeout(() => settle({ ...lost, hung: true }), DEADLINE_MS)
      child.once('message', (ended: Omit<Ended, 'hung'>) => settle({ ...ended, hung: false }))
      child.once('exit', () => settle({ ...lost, stderr: 'the process ended', hung: false }))
      child.send({ cli: pathToFileURL(CLI).href, args, folder, variables })
    })
  }

  /** Ends the process. */
  close(): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }
}
