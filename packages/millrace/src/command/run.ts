/** `millrace run`: runs a module's graph, shows how it goes, and writes down what became of it. Called by `cli.ts`. */

import { BadInputError, compileGraph, type Run, type Stats, type Term, toJSON } from '@millrace/core'
import { writeWhole } from '@millrace/core/files'
import { placementFor } from '@millrace/scheduler'
import type { RunRecorder, Ui } from '@millrace/ui'
import { checkTerms } from '../config/check-terms.ts'
import { type ResolvedConfig, resolveConfig } from '../config/resolve.ts'
import { openLetters } from '../dead-letters/letter-file.ts'
import { LetterFileTarget } from '../dead-letters/letter-target.ts'
import { checkOtherFile, replayOf } from '../dead-letters/replay-file.ts'
import type { CommandPart } from '../distributed/engine-of-hosts.ts'
import { hostFlags } from '../distributed/host-settings.ts'
import { DEFAULT_HOSTS, type DistributedOptions } from '../distributed/options.ts'
import { useTsconfigOf } from '../load-module.ts'
import { inModule, loadTerm } from '../load-term.ts'
import { type MetricsOptions, metricsAddress } from '../metrics/server.ts'
import { Progress } from '../progress/progress.ts'
import { closingLine } from '../progress/progress-line.ts'
import { progressLines } from '../progress/progress-lines.ts'
import { codeOf, linesOfFailure, linesOfMistake, say } from '../report/error.ts'
import { tellEvents } from '../report/events.ts'
import { jsonLog, type Log, textLog } from '../report/log.ts'
import { lossesOf } from '../report/losses.ts'
import type { ScheduledRunOptions } from '../run-options.ts'
import { startRun } from '../start-run.ts'
import { type RunReport, writeSummary } from '../summary/summary-file.ts'
import { tapsOf } from '../tap/tap-options.ts'
import type { Tapped } from '../tap/tap-sampler.ts'
import { openTelemetry } from '../telemetry/telemetry.ts'
import { openTrace, type Trace } from '../trace/trace.ts'
import { holdPage, openPage, pageOptions, showRun, tellAddress, titleOf } from '../ui/attach.ts'
import { Watched } from '../watch/watched.ts'
import { withCluster } from '../with-cluster.ts'
import { takeOutputFiles } from './output-files.ts'
import { Replays } from './replay-group.ts'
import type { RunCommandOptions } from './run-options.ts'
import { type Ending, superviseRun } from './supervise.ts'

const REDRAW_MS = 500
/** The exit code of a run that failed. */
const FAILED = 1

/** What a command has beside its run. */
interface Around {
  readonly page: Ui | undefined
  readonly watched: Watched | undefined
  readonly replays: Replays
}

/** Resolves to the exit code. @throws {BadInputError} for whatever keeps the run from beginning. */
export async function runCommand(
  module: string,
  options: RunCommandOptions,
  begin: () => void,
): Promise<number> {
  const watched = options.watched === true ? await Watched.begin() : undefined
  try {
    return await runOnce(module, options, watched, begin)
  } finally {
    watched?.end()
  }
}

async function runOnce(
  module: string,
  options: RunCommandOptions,
  watched: Watched | undefined,
  begin: () => void,
): Promise<number> {
  const { config: file, summary, report, telemetry, deadLetters, trace } = options
  useTsconfigOf(module)
  const settings = await resolveConfig({ ...(file === undefined ? {} : { config: file }), flags: options })
  const resolved = options.measured === true ? withoutCheckpoints(settings) : settings
  if (isOverHosts(resolved)) {
    refuseWatching(options)
    if (watched !== undefined) throw new BadInputError('--watch does not go with --strategy distributed.')
  }
  const release = await takeOutputFiles({
    module,
    config: resolved.path,
    summary,
    report,
    telemetry,
    deadLetters,
    trace,
  })
  const asked = pageOptions(options)
  const replays = new Replays(module, options)
  let page: Ui | undefined
  try {
    const kept = watched === undefined ? {} : { hold: true }
    if (asked !== undefined) page = await openPage({ ...asked, ...kept }, watched?.session)
    const code = await runWith(module, options, resolved, { page, watched, replays }, begin)
    if (page !== undefined && watched !== undefined) await watched.over
    else if (page !== undefined && asked?.hold === true) await holdPage(page)
    return code
  } finally {
    await replays.end()
    // browsers wait for the page of the next run
    await page?.close(watched?.hasChanged === true)
    release()
  }
}

function withoutCheckpoints({ config, ...resolved }: ResolvedConfig): ResolvedConfig {
  const { checkpoint: _checkpoint, ...kept } = config
  return { ...resolved, config: kept }
}

async function runWith(
  module: string,
  options: RunCommandOptions,
  resolved: ResolvedConfig,
  { page, watched, replays }: Around,
  begin: () => void,
): Promise<number> {
  const { param: params, summary, telemetry: lines, quiet, deadLetters, replay: replayed } = options
  const { overwrite = false, failOn = [] } = options
  const { config } = resolved
  const overHosts = isOverHosts(resolved)
  // for its code alone: once the module has TypeScript registered, loading takes several times as long
  if (overHosts) await withCluster(() => import('@millrace/cluster'))
  else await placementFor(config.scheduler ?? {})?.load()
  const term = (await loadTerm(module, params)) as Term<never, unknown>
  const { terms } = config
  if (terms !== undefined) {
    checkTerms(
      module,
      inModule(module, () => compileGraph(term)),
      terms,
      resolved.file,
    )
  }
  const isJson = options.log === 'json'
  const progressKind = quiet === true || isJson ? 'none' : (options.progress ?? 'line')
  const isShown = process.stderr.isTTY === true && process.env['TERM'] !== 'dumb' && progressKind !== 'none'
  const log = isJson ? jsonLog((line) => void process.stderr.write(line)) : textLog
  const address = options.metrics === undefined ? undefined : metricsAddress(options.metrics)
  // nothing may be awaited between the start of the run and its supervision
  const linesOf = isShown
    ? await progressLines(
        progressKind,
        inModule(module, () => toJSON(term)),
      )
    : undefined
  // a graph that makes no sense leaves no file behind
  const needsGraph = lines ?? deadLetters ?? replayed ?? options.tap
  const graph = needsGraph === undefined ? undefined : inModule(module, () => compileGraph(term))
  const replay =
    replayed === undefined || graph === undefined
      ? undefined
      : await replayOf(replayed, graph, options.replayGroup)
  if (replayed !== undefined && deadLetters !== undefined) await checkOtherFile(replayed, deadLetters)
  const telemetry = lines === undefined ? undefined : await openTelemetry(lines)
  const keepsLetters = deadLetters !== undefined && overHosts
  const hostLetters = keepsLetters ? await LetterFileTarget.open(deadLetters, overwrite) : undefined
  const letters =
    deadLetters === undefined || overHosts ? undefined : await openLetters(deadLetters, overwrite)
  const ui = options.report === undefined ? undefined : await import('@millrace/ui')
  let recorder: RunRecorder | undefined
  const show = showItems(page)
  const tell = (term: string, items: Tapped): void => {
    show(term, items)
    recorder?.tap({ term, ...items })
  }
  const tapped = graph === undefined ? undefined : tapsOf(options.tap ?? [], graph, options.tapLimit, tell)
  const trace = options.trace === undefined ? undefined : openTrace(options.trace)
  const settings = {
    ...config,
    ...(overHosts ? { scheduler: hostsOf(options) } : {}),
    ...(tapped === undefined || tapped.taps.length === 0 ? {} : { taps: tapped.taps }),
    ...(isShown ? { statsEveryMs: REDRAW_MS } : {}),
    ...(replay === undefined ? {} : { replay, overwrite }),
    ...(trace === undefined ? {} : { onSpan: trace.onSpan }),
    ...(address === undefined ? {} : { metrics: metricsOf(address, log) }),
  }
  const launch = { module, param: params, flags: overHosts ? hostFlags(options) : [] }
  const command = overHosts ? { launch, letters: hostLetters } : undefined
  const running = started(module, term, settings, trace, command)
  // over hosts much can be a mistake in the call until it has started: names, servers, what cannot be shared out
  let hasStarted = !overHosts
  running.on('start', () => {
    hasStarted = true
    if (overHosts) begin()
  })
  if (!overHosts) begin()
  // before pages are told the end, and a report is made
  running.once('end', () => tapped?.flush())
  watched?.follow(running)
  const replayLetters =
    deadLetters === undefined || overHosts ? undefined : (key: string) => replays.run(deadLetters, key)
  const label = { title: module, strategy: config.scheduler?.strategy ?? 'inline', replay: replayLetters }
  recorder = ui?.recordRun(running, titleOf(term, label))
  if (page !== undefined) {
    showRun(page, running, term, { ...label, isWatched: watched !== undefined })
    tellAddress(page.address)
  }
  letters?.follow(running.deadLetters(), (error) => void running.cancel(error))
  telemetry?.begin(() => running.stats())

  trace?.follow(running)
  tellEvents(running, log, overHosts && quiet === true)
  if (isJson && !overHosts) running.on('start', () => log('info', 'started', { event: 'start', module }))

  const progress = isShown ? new Progress(process.stderr, process.stdout) : undefined
  running.on('stats', (stats) => progress?.draw(linesOf?.(stats, progress) ?? []))
  let ending: Ending
  try {
    ending = await superviseRun(running, (line) => log('warn', line), watched)
    progress?.close()
    await letters?.end()
  } finally {
    await hostLetters?.close()
  }
  /** What is told as such, and once: behind all that is written down. */
  const isMistake = !hasStarted && ending.outcome === 'failed'

  const stats = running.stats()
  for (const line of (await telemetry?.end(ending.outcome)) ?? []) log('warn', line)
  for (const line of trace?.end() ?? []) log('warn', `trace ${options.trace}: ${line}`)
  if (!isMistake) tellEnding(ending, stats, log)
  const losses = lossesOf(stats, deadLetters)
  for (const { figure, items, line } of losses) log('warn', line, { event: 'loss', figure, items })
  const isLossy = losses.some(({ figure }) => failOn.includes(figure))
  const code = isLossy && ending.code === 0 ? FAILED : ending.code
  if (ui !== undefined && recorder !== undefined && options.report !== undefined)
    await writeWhole(options.report, await ui.reportHtml(recorder.recording()))
  if ((isShown || isJson) && ending.error === undefined) {
    const { outcome } = ending
    log('info', closingLine(module, outcome, stats), { event: 'end', outcome, items: stats.items })
  }
  if (summary !== undefined) {
    const { outcome, results } = ending
    const error =
      ending.error === undefined
        ? {}
        : { error: linesOfFailure(ending.error)[0] as string, errorCode: codeOf(ending.error) }
    const kept = ending.checkpoint === undefined ? {} : { checkpoint: ending.checkpoint }
    const settled = {
      strategy: config.scheduler?.strategy ?? 'inline',
      workers: overHosts ? (options.hosts ?? DEFAULT_HOSTS) : stats.threads.budget,
      settings: config,
    }
    const report = { module, params, ...settled, outcome, ...error, stats, losses, results, ...kept }
    if (!(await isWritten(summary, report, log)) && !isMistake) return Math.max(code, FAILED)
  }
  if (isMistake) throw ending.error
  return code
}

/** Items of a tap go to the page, or to stderr where there is none. */
function showItems(page: Ui | undefined): (term: string, tapped: Tapped) => void {
  return (term, tapped) => {
    if (page !== undefined) page.tap({ term, ...tapped })
    else {
      for (const { text } of tapped.items) say(`${term}: ${text}`)
      if (tapped.skipped > 0) say(`${term}: ${tapped.skipped} more`)
    }
  }
}

/** Not among a scheduler's strategies: hosts run the graph, and this process takes part. */
function isOverHosts({ config }: ResolvedConfig): boolean {
  return (config.scheduler?.strategy as string | undefined) === 'distributed'
}

function hostsOf(options: RunCommandOptions): DistributedOptions {
  const { hosts, servers, run: name, label: labels, commitMs, giveUpMs } = options
  const { creds, nkey, tlsCa, tlsCert, tlsKey } = options
  const files = { creds, nkey, tlsCa, tlsCert, tlsKey }
  return {
    strategy: 'distributed',
    hosts,
    servers,
    run: name,
    labels,
    commitMs,
    giveUpMs,
    ...files,
  } as DistributedOptions
}

/** @throws {BadInputError} for what looks at items and activations: they are elsewhere. */
function refuseWatching(options: RunCommandOptions): void {
  const flags = { '--tap': options.tap, '--trace': options.trace }
  const given = Object.entries(flags).find(([, value]) => value !== undefined)
  if (given === undefined) return
  throw new BadInputError(
    `${given[0]} looks at the threads of this process: it does not go with --strategy distributed.`,
  )
}

/** The run is over: that its summary cannot be written is told, and is no mistake in the call. */
async function isWritten(file: string, report: RunReport, log: Log): Promise<boolean> {
  try {
    await writeSummary(file, report)
    return true
  } catch (error) {
    for (const line of linesOfMistake(error)) log('error', line)
    return false
  }
}

/** Begins the run; a trace of one that is refused is closed. */
function started(
  module: string,
  term: Term<never, unknown>,
  settings: ScheduledRunOptions,
  trace: Trace | undefined,
  command: CommandPart | undefined,
): Run {
  try {
    return inModule(module, () => startRun(term, settings, command))
  } catch (error) {
    trace?.end()
    throw error
  }
}

/** Where metrics are served is said, and so is what keeps them from it: neither concerns the run. */
function metricsOf(address: Pick<MetricsOptions, 'host' | 'port'>, log: Log): MetricsOptions {
  const token = process.env['MILLRACE_METRICS_TOKEN']
  return {
    ...address,
    ...(token === undefined || token === '' ? {} : { token }),
    onListening: (at) => {
      if (typeof at === 'string') log('info', `metrics at ${at}/metrics`, { event: 'metrics', address: at })
      else log('error', `${at.message} [BAD_INPUT]`, { event: 'metrics' })
    },
  }
}

function tellEnding({ outcome, error }: Ending, { items }: Stats, log: Log): void {
  if (outcome === 'cancelled') {
    const line = `cancelled; items discarded under way: ${items.discarded}`
    log('warn', line, { event: 'end', outcome, items })
  } else if (error !== undefined) {
    const [first, ...more] = linesOfFailure(error)
    const line = [`${first} [${codeOf(error)}]`, ...more].join('\n')
    log('error', line, { event: 'end', outcome, code: codeOf(error), items })
  }
}
