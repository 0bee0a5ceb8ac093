/**
 * The flags of Node that workers are started with: those of this process and of its NODE_OPTIONS, without what would have a
 * worker run another program, wait for a debugger, or refuse its file. Called by whoever starts a thread or a process.
 */

/** Flags that say what to run and how to accompany it, by whether a value follows them where none is behind a `=`. */
const NOT_FOR_WORKERS: Readonly<Record<string, boolean>> = {
  '--input-type': true,
  '-e': true,
  '--eval': true,
  '-p': true,
  '-pe': true,
  '--print': true,
  '-c': false,
  '--check': false,
  '-i': false,
  '--interactive': false,
  '--test': false,
  '--test-only': false,
  '--test-name-pattern': true,
  '--test-reporter': true,
  '--test-reporter-destination': true,
  '--watch': false,
  '--watch-path': true,
  '--watch-preserve-output': false,
  '--inspect': false,
  '--inspect-brk': false,
  '--inspect-wait': false,
  '--inspect-port': true,
  '--cpu-prof': false,
  '--heap-prof': false,
}

/** What a thread may be told once its flags are named one by one; the others hold for all threads of the process anyway. */
const FOR_THREADS =
  /^(?:--import|--require|-r|--loader|--experimental-loader|--conditions|-C|--enable-source-maps|--no-warnings|--preserve-symlinks(?:-main)?)$/
const THREAD_VALUES = /^(?:--import|--require|-r|--loader|--experimental-loader|--conditions|-C)$/

/** As `Worker` of Node and `fork` take them; what is absent is inherited. */
export interface WorkerFlags {
  readonly execArgv?: string[]
  readonly env?: Record<string, string | undefined>
}

/**
 * The flags of a worker, as far as they differ from those of this process.
 *
 * @param execArgv for tests; default: that of this process
 * @param env for tests; default: that of this process
 */
export function workerFlags(
  isolation: 'thread' | 'process',
  execArgv: readonly string[] = process.execArgv,
  env: Readonly<Record<string, string | undefined>> = process.env,
): WorkerFlags {
  const ownFlags = forWorkers(execArgv, isolation)
  const environmentFlags = forWorkers(splitOptions(env['NODE_OPTIONS'] ?? ''), isolation)
  return {
    ...(ownFlags === undefined ? {} : { execArgv: ownFlags }),
    ...(environmentFlags === undefined
      ? {}
      : { env: { ...env, NODE_OPTIONS: environmentFlags.map(quoted).join(' ') } }),
  }
}

/** `undefined` if all may stay. */
function forWorkers(given: readonly string[], isolation: 'thread' | 'process'): string[] | undefined {
  const kept = without(given)
  if (kept.length === given.length) return undefined
  return isolation === 'process' ? kept : allowedInThreads(kept)
}

/** Reads NODE_OPTIONS as Node does: separated by spaces, `"` around what holds some, `\` before a quote or a backslash in it. */
function splitOptions(text: string): string[] {
  const options: string[] = []
  for (const [option] of text.matchAll(/(?:"(?:\\.|[^"\\])*"|[^ "])+/g)) {
    options.push(option.replace(/"((?:\\.|[^"\\])*)"/g, (_, inner: string) => inner.replace(/\\(.)/g, '$1')))
  }
  return options
}

function quoted(option: string): string {
  return /[ "]/.test(option) ? `"${option.replace(/["\\]/g, '\\$&')}"` : option
}

function without(given: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < given.length; at++) {
    const flag = given[at] as string
    const hasValue = NOT_FOR_WORKERS[nameOf(flag)]
    if (hasValue === undefined) kept.push(flag)
    else if (hasValue && !flag.includes('=')) at++
  }
  return kept
}

function allowedInThreads(flags: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < flags.length; at++) {
    const flag = flags[at] as string
    if (!FOR_THREADS.test(nameOf(flag))) continue
    kept.push(flag)
    if (THREAD_VALUES.test(flag) && at + 1 < flags.length) kept.push(flags[++at] as string)
  }
  return kept
}

function nameOf(flag: string): string {
  return flag.startsWith('--') ? (flag.split('=')[0] as string) : flag
}
