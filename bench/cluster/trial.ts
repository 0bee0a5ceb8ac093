// One distributed run under bad weather, and what came of it: its files, compared with those of the undisturbed run.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COMMAND, type Ended, Process, type StartOptions } from './processes.ts'
import { type Accounts, compareRows } from './rows.ts'

const GRAPH = fileURLToPath(new URL('graph.js', import.meta.url))
/** A run is disturbed for so long at most; then all must come to an end. */
const STORM_MS = 20_000
/** A run that has not ended so long after the last disturbance is stuck. */
const STUCK_MS = 40_000
const RESTART_MS = 100

/** What is counted over the runs of a workload. */
export interface TrialFigures extends Accounts {
  readonly runs: number
  /** Runs that came to no end. */
  readonly stuck: number
  /** Runs that ended with an error, and hosts that ended as they should not. */
  readonly failed: number
  /** Processes that ended, and whose timers or connections did not. */
  readonly leftOpen: number
}

/** The undisturbed run's files, and the folder for those of the others. */
export class Reference {
  readonly folder = mkdtempSync(join(tmpdir(), 'millrace-bench-cluster-'))
  readonly items: number
  readonly #rows: string
  readonly #sums: string

  constructor(items: number) {
    this.items = items
    const out = join(this.folder, 'inline')
    const args = ['run', GRAPH, '-q', '-p', `out=${out}`, '-p', `items=${items}`]
    const { status, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`the undisturbed run failed: ${stderr}`)
    this.#rows = readFileSync(out, 'utf8')
    this.#sums = readFileSync(`${out}.sums`, 'utf8')
  }

  compare(out: string): Accounts {
    const text = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')
    const accounts = compareRows(this.#rows, text(out))
    const sums = text(`${out}.sums`) === this.#sums ? 0 : 1
    return { ...accounts, mismatches: accounts.mismatches + sums }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export interface TrialOptions {
  readonly reference: Reference
  readonly run: string
  /** Numbers a second of each source. */
  readonly rate: number
  /** Where the command reaches the server, and how it is started. */
  readonly caller: { readonly url: string; readonly prefix?: readonly string[] }
}

export class Trial {
  readonly #options: TrialOptions
  readonly #out: string
  readonly hosts = new Set<Process>()
  caller!: Process
  isOver = false
  readonly #calmAt = performance.now() + STORM_MS
  readonly #over: Promise<void>
  #setOver: () => void = () => {}
  #failed = 0
  #leftOpen = 0

  constructor(options: TrialOptions) {
    this.#options = options
    this.#out = join(options.reference.folder, options.run)
    this.#over = new Promise((resolve) => {
      this.#setOver = resolve
    })
    this.#startCaller()
  }

  /** Whether it may be disturbed now. */
  get isStormy(): boolean {
    return !this.isOver && performance.now() < this.#calmAt
  }

  #startCaller(): void {
    const { run, caller } = this.#options
    const args = ['run', GRAPH, '-q', '--strategy', 'distributed', '--hosts', '0', '--run', run]
    const started = new Process([...args, '--servers', caller.url, ...this.#params()], caller)
    this.caller = started
    void started.ended.then((how) => {
      if (this.isOver) return
      // one that was killed is started again, as its user would; one that finds no server as well
      if (started.isKilled || started.said.includes('[NO_CLUSTER]'))
        return setTimeout(() => this.isOver || this.#startCaller(), RESTART_MS)
      // it may be killed when all is done
      const isDone = started.said.includes('is over (completed)')
      if (how.code !== 0 && !isDone) this.#complain('the command', started, how)
      this.#countOpen(started)
      this.isOver = true
      this.#setOver()
      return undefined
    })
  }

  #params(): string[] {
    const { reference, rate } = this.#options
    const params = { out: this.#out, items: reference.items, rate }
    return Object.entries(params).flatMap(([name, value]) => ['-p', `${name}=${value}`])
  }

  #countOpen({ said }: Process): void {
    if (said.includes('[LEFT_OPEN]')) this.#leftOpen++
  }

  #complain(what: string, { said }: Process, { code, signal }: Ended): void {
    this.#failed++
    const how = signal ?? `code ${code}`
    process.stderr.write(`${what} of run ${this.#options.run} was ended by ${how}: ${said}\n`)
  }

  /** Starts a host; again, as a service manager would, if it finds no server. `onDeath` is told when it was killed, by whomever. */
  startHost(url: string, options: StartOptions = {}, onDeath: (host: Process) => void = () => {}): Process {
    const args = ['worker', GRAPH, '--run', this.#options.run, '--servers', url, ...this.#params()]
    const host = new Process(args, options)
    this.hosts.add(host)
    void host.ended.then((how) => {
      this.hosts.delete(host)
      this.#countOpen(host)
      if (isMeant(host, how)) onDeath(host)
      else if (host.said.includes('[NO_CLUSTER]'))
        setTimeout(() => this.isOver || this.startHost(url, options, onDeath), RESTART_MS)
      else if (how.code !== 0 && !this.isOver) this.#complain('a host', host, how)
    })
    return host
  }

  /** Waits until the run is over, or for `ms`. */
  async wait(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const passed = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms)
    })
    await Promise.race([this.#over, passed])
    clearTimeout(timer)
  }

  /** Waits for the end, which must come now that all is calm; compares the files. */
  async end(): Promise<TrialFigures> {
    await this.wait(STUCK_MS)
    const stuck = this.isOver ? 0 : 1
    if (stuck === 1) this.#tellWhere()
    this.isOver = true
    const all = [this.caller, ...this.hosts]
    for (const one of all) one.kill()
    await Promise.all(all.map(({ ended }) => ended))
    // what a run has written that came to no end says nothing more
    const accounts =
      stuck === 1 ? { lost: 0, doubled: 0, mismatches: 0 } : this.#options.reference.compare(this.#out)
    return { ...accounts, runs: 1, stuck, failed: this.#failed, leftOpen: this.#leftOpen }
  }

  #tellWhere(): void {
    const { run, caller } = this.#options
    const [program, ...rest] = [...(caller.prefix ?? []), process.execPath, COMMAND]
    const { stdout } = spawnSync(program as string, [...rest, 'status', run, '--servers', caller.url], {
      encoding: 'utf8',
    })
    const said = [this.caller, ...this.hosts].map((one) => one.said).join('\n')
    process.stderr.write(`run ${run} is stuck:\n${stdout}\n${said}\n`)
  }
}

/** Whether a process was killed by the suite, or at the step that it was to die at. A signal of any other origin is a failure. */
export function isMeant(
  { isKilled, isAsked, dieAt }: Pick<Process, 'isKilled' | 'isAsked' | 'dieAt'>,
  { signal }: Ended,
): boolean {
  if (signal === 'SIGKILL') return isKilled || dieAt !== undefined
  // asked to leave before it listens
  return signal === 'SIGTERM' && isAsked
}

/** The sums over several runs. */
export function sumOf(figures: readonly TrialFigures[]): TrialFigures {
  const sum = { runs: 0, lost: 0, doubled: 0, mismatches: 0, stuck: 0, failed: 0, leftOpen: 0 }
  for (const one of figures) {
    for (const name of Object.keys(sum) as (keyof TrialFigures)[]) sum[name] += one[name]
  }
  return sum
}
