/**
 * `millrace run --strategy distributed`: starts a run, hosts for it and if need be a server, takes part with what belongs to
 * the caller (pinned terms, sinks, dead letters), and reports as `millrace run` does. Called by `run.ts`.
 */

import { randomUUID } from 'node:crypto'
import {
  type Access,
  CALLER,
  checkRunName,
  type Joined,
  joinRun,
  NotDistributableError,
  removeRun,
  serversWith,
  startServer,
  type TaskPlan,
  tasksOf,
} from '@millrace/cluster'
import { type AnyTerm, compileGraph, type Stats, toJSON } from '@millrace/core'
import { checkTerms } from '../config/check-terms.ts'
import type { ResolvedConfig } from '../config/resolve.ts'
import { flagOf } from '../config/text-layers.ts'
import { LetterFileTarget } from '../dead-letters/letter-target.ts'
import { exitCodeOf, type Interrupt, onInterrupts } from '../interrupts.ts'
import { inModule, loadTerm } from '../load-term.ts'
import { Progress } from '../progress/progress.ts'
import { closingLine } from '../progress/progress-line.ts'
import { progressLines } from '../progress/progress-lines.ts'
import { codeOf, linesOfFailure, say } from '../report/error.ts'
import { jsonLog, type Log, textLog } from '../report/log.ts'
import { lossesOf } from '../report/losses.ts'
import { writeSummary } from '../summary/summary-file.ts'
import { openTelemetry } from '../telemetry/telemetry.ts'
import { HostEvents } from './host-events.ts'
import { hostSettings } from './host-settings.ts'
import { Hosts } from './hosts.ts'
import { takeOutputFiles } from './output-files.ts'
import type { RunCommandOptions } from './run-options.ts'
import { sharedLines } from './shared-lines.ts'

const DEFAULT_HOSTS = 2
const LOOK_MS = 500
/** A host with a label that a term asks for is waited for so long. */
const LABEL_WAIT_MS = 30_000
const FAILED = 1

/** Resolves to the exit code. @throws {MillraceError} for whatever keeps the run from beginning. */
export async function runDistributed(
  module: string,
  options: RunCommandOptions,
  resolved: ResolvedConfig,
  begin: () => void,
): Promise<number> {
  const { config, path } = resolved
  const { settings, lines } = hostSettings(config, options.replay === undefined ? [] : ['--replay'])
  const { run = `run-${randomUUID().slice(0, 8)}`, param, hosts = DEFAULT_HOSTS, summary } = options
  const { telemetry, deadLetters, label = [], overwrite = false } = options
  checkRunName(run)
  const access = accessOf(options)
  serversWith(options.servers ?? [], access) // a file that cannot be read is told before anything is started
  const term = await loadTerm(module, param)
  const { terms } = config
  if (terms !== undefined)
    checkTerms(
      module,
      inModule(module, () => compileGraph(term)),
      terms,
      resolved.file,
    )
  const tasks = tasksOf(term, settings.settle) // refused before anything is started
  const wanted = labelsOf(tasks)
  if (options.servers === undefined) refuseUnlabelled(wanted, new Set(label))
  const release = await takeOutputFiles({ module, config: path, summary, telemetry, deadLetters })
  const lettersFile =
    deadLetters === undefined ? undefined : await LetterFileTarget.open(deadLetters, overwrite)
  const telemetryFile = telemetry === undefined ? undefined : await openTelemetry(telemetry)
  const log = options.log === 'json' ? jsonLog((line) => void process.stderr.write(line)) : textLog
  let local: Awaited<ReturnType<typeof startServer>> | undefined
  let started: Hosts | undefined
  try {
    if (options.servers === undefined) local = await startServer()
    const servers = options.servers ?? [(local as { url: string }).url]
    const server = serversWith(servers, access)
    const joined = await joinRun({
      term,
      run,
      server,
      labels: [CALLER],
      lines: [...sharedLines(param), ...lines],
      ...(lettersFile === undefined ? {} : { letters: lettersFile }),
      ...settings,
    })
    try {
      begin()
      const flags = [...settingFlags(options), ...label.flatMap((one) => ['--label', one])]
      const onDeath = (line: string): void => log('warn', line, { event: 'host' })
      started = new Hosts({ module, run, servers, access, param, flags, count: hosts, onDeath })
      if (options.quiet !== true) {
        const line = `run ${run} at ${servers.join(',')}, hosts ${started.pids.join(', ')}`
        log('info', line, { event: 'start', module, run, servers, hosts: started.pids })
      }
      const watch = await Watch.begin(joined, { options, config, term, log, wanted })
      telemetryFile?.begin(() => watch.stats)
      const ending = await accompany(joined, log, watch)
      await watch.end()
      await started.end()
      const { stats } = watch
      for (const line of (await telemetryFile?.end(ending.outcome)) ?? []) log('warn', line)
      const losses = lossesOf(stats, deadLetters)
      for (const { line, figure, items } of losses) log('warn', line, { event: 'loss', figure, items })
      if (options.log === 'json' || watch.isShown) {
        const { outcome } = ending
        if (ending.error === undefined)
          log('info', closingLine(module, outcome, stats), { event: 'end', outcome, items: stats.items })
      }
      if (summary !== undefined) {
        const { outcome, error, results } = ending
        const failure =
          error === undefined ? {} : { error: linesOfFailure(error)[0] as string, errorCode: codeOf(error) }
        const where = { strategy: 'distributed', workers: hosts, settings: config } as const
        const report = { module, params: param, ...where, outcome, ...failure, stats, losses, results }
        await writeSummary(summary, report)
      }
      const isLossy = losses.some(({ figure }) => options.failOn?.includes(figure))
      return isLossy && ending.code === 0 ? FAILED : ending.code
    } finally {
      await joined.close()
    }
  } finally {
    await started?.end()
    // a run that was given a name can be looked at, and gone on with
    if (options.servers !== undefined && options.run === undefined)
      await removeRun(run, serversWith(options.servers, access))
    await local?.stop()
    await lettersFile?.close()
    release()
  }
}

function accessOf({ creds, nkey, tlsCa, tlsCert, tlsKey }: RunCommandOptions): Access {
  return { creds, nkey, tlsCa, tlsCert, tlsKey }
}

/** What hosts that are started here have to be told of the settings; files and variables they find as this process did. */
function settingFlags({ config, strict, batchItems, capacityItems }: RunCommandOptions): string[] {
  return [
    ...(config === undefined ? [] : ['--config', config]),
    ...(strict === true ? [flagOf('strict')] : []),
    ...(batchItems === undefined ? [] : [flagOf('batchItems'), batchItems]),
    ...(capacityItems === undefined ? [] : [flagOf('capacityItems'), capacityItems]),
  ]
}

/** The labels that terms ask for, with the terms that do. */
function labelsOf(tasks: readonly TaskPlan[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  for (const { label, nodes } of tasks) {
    if (label === undefined || label === CALLER) continue
    found.set(label, [...(found.get(label) ?? []), ...nodes.map(({ id }) => id)])
  }
  return found
}

/** @throws {NotDistributableError} for labels that no host has. */
function refuseUnlabelled(wanted: ReadonlyMap<string, readonly string[]>, there: ReadonlySet<string>): void {
  const reasons = [...wanted].flatMap(([label, terms]) =>
    there.has(label)
      ? []
      : [
          `${terms.map((id) => `"${id}"`).join(', ')} asks for hosts with the label "${label}", and none has it. Start one ` +
            `with it: millrace worker --label ${label}, or millrace run --label ${label} for the hosts that it starts.`,
        ],
  )
  if (reasons.length > 0) throw new NotDistributableError(reasons)
}

/** What is watched, and how. */
interface WatchOptions {
  readonly options: RunCommandOptions
  readonly config: ResolvedConfig['config']
  readonly term: AnyTerm
  readonly log: Log
  readonly wanted: ReadonlyMap<string, readonly string[]>
}

/** Looks at a run now and then: for the terminal, for events, for labels that no host has. */
class Watch {
  readonly #joined: Joined
  readonly #draw: ((stats: Stats) => void) | undefined
  readonly #events: HostEvents
  readonly #wanted: ReadonlyMap<string, readonly string[]>
  readonly #tellsHosts: boolean
  readonly #begun = performance.now()
  readonly #seen = new Set<string>()
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> | undefined
  #refuse: (error: unknown) => void = () => {}
  readonly isShown: boolean
  /** The figures when it looked last. */
  stats: Stats
  /** Rejects if a term waits for a host that does not come. */
  readonly unlabelled: Promise<never>

  private constructor(
    joined: Joined,
    first: Stats,
    draw: ((stats: Stats) => void) | undefined,
    { options, config, log, wanted }: WatchOptions,
  ) {
    this.#joined = joined
    this.#draw = draw
    this.isShown = draw !== undefined
    this.#wanted = wanted
    this.#tellsHosts = options.quiet !== true
    this.#events = new HostEvents(log, config.failureRate)
    this.stats = first
    this.unlabelled = new Promise((_resolve, reject) => {
      this.#refuse = reject
    })
    this.unlabelled.catch(() => undefined)
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined
      })
    }, LOOK_MS)
  }

  static async begin(joined: Joined, watched: WatchOptions): Promise<Watch> {
    const { options, term } = watched
    const kind = options.quiet === true || options.log === 'json' ? 'none' : (options.progress ?? 'line')
    const isShown = process.stderr.isTTY === true && process.env['TERM'] !== 'dumb' && kind !== 'none'
    const linesOf = isShown ? await progressLines(kind, toJSON(term)) : undefined
    const progress = isShown ? new Progress(process.stderr, process.stdout) : undefined
    const draw =
      linesOf === undefined || progress === undefined
        ? undefined
        : (stats: Stats): void => {
            if (stats.phase === 'ended') progress.close()
            else progress.draw(linesOf(stats, progress))
          }
    return new Watch(joined, await joined.look(), draw, watched)
  }

  async #look(): Promise<void> {
    this.stats = await this.#joined.look()
    const members = this.#joined.members()
    for (const { labels } of members) for (const label of labels) this.#seen.add(label)
    const isNews = this.#tellsHosts && this.stats.phase !== 'ended'
    this.#events.look(this.stats, isNews ? members.map(({ name }) => name) : undefined)
    this.#draw?.(this.stats)
    if (performance.now() - this.#begun < LABEL_WAIT_MS) return
    try {
      refuseUnlabelled(this.#wanted, this.#seen)
    } catch (error) {
      this.#refuse(error)
    }
  }

  /** Looks for the last time. */
  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
    await this.#look()
  }
}

interface DistributedEnding {
  readonly outcome: 'completed' | 'stopped' | 'failed' | 'cancelled'
  readonly code: number
  readonly error?: unknown
  readonly results: Readonly<Record<string, unknown>>
}

async function accompany(joined: Joined, log: Log, { unlabelled }: Watch): Promise<DistributedEnding> {
  let isStopping = false
  let cancelledBy: Interrupt | undefined
  const told = (telling: Promise<void>): void =>
    void telling.catch((error: unknown) => say(linesOfFailure(error)[0] as string))
  const remove = onInterrupts({
    drain(signal) {
      log('warn', `${signal}: draining; what is under way goes on to its end. The same again cancels.`)
      isStopping = true
      told(joined.stop())
    },
    cancel(signal) {
      log('warn', `${signal}: cancelling`)
      cancelledBy = signal
      told(joined.cancel())
    },
  })
  try {
    const end = await Promise.race([joined.done, unlabelled])
    if (end !== 'completed') {
      const code = cancelledBy === undefined ? 1 : exitCodeOf(cancelledBy)
      log('warn', 'cancelled', { event: 'end', outcome: 'cancelled' })
      return { outcome: 'cancelled', code, results: {} }
    }
    const results = await joined.results()
    return { outcome: isStopping ? 'stopped' : 'completed', code: 0, results }
  } catch (error) {
    const [first, ...more] = linesOfFailure(error)
    const line = [`${first} [${codeOf(error)}]`, ...more].join('\n')
    log('error', line, { event: 'end', outcome: 'failed', code: codeOf(error) })
    return { outcome: 'failed', code: FAILED, error, results: {} }
  } finally {
    remove()
  }
}
