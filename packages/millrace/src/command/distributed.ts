/**
 * `millrace run --strategy distributed`: starts a run, hosts for it and if need be a server, takes part with what belongs to
 * the caller (pinned terms, sinks, dead letters), and reports as `millrace run` does. Called by `run.ts`.
 */

import { randomUUID } from 'node:crypto'
import {
  type Access,
  CALLER,
  checkRunName,
  joinRun,
  removeRun,
  serversWith,
  startServer,
  tasksOf,
} from '@millrace/cluster'
import { compileGraph, messageOf } from '@millrace/core'
import { checkTerms } from '../config/check-terms.ts'
import type { ResolvedConfig } from '../config/resolve.ts'
import { LetterFileTarget } from '../dead-letters/letter-target.ts'
import { holdInterrupts } from '../interrupts.ts'
import { inModule, loadTerm } from '../load-term.ts'
import { closingLine } from '../progress/progress-line.ts'
import { codeOf, linesOfFailure } from '../report/error.ts'
import { jsonLog, type Log, textLog } from '../report/log.ts'
import { lossesOf } from '../report/losses.ts'
import { writeSummary } from '../summary/summary-file.ts'
import { openTelemetry } from '../telemetry/telemetry.ts'
import { accompany } from './accompany.ts'
import { hostFlags, hostSettings } from './host-settings.ts'
import { Hosts } from './hosts.ts'
import { refuseUnlabelled } from './labels.ts'
import { takeOutputFiles } from './output-files.ts'
import type { RunCommandOptions } from './run-options.ts'
import { RunWatch } from './run-watch.ts'
import { sharedLines } from './shared-lines.ts'

const DEFAULT_HOSTS = 2
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
  if (options.servers === undefined) refuseUnlabelled(tasks, new Set(label))
  const release = await takeOutputFiles({ module, config: path, summary, telemetry, deadLetters })
  const lettersFile =
    deadLetters === undefined ? undefined : await LetterFileTarget.open(deadLetters, overwrite)
  const telemetryFile = telemetry === undefined ? undefined : await openTelemetry(telemetry)
  const log = options.log === 'json' ? jsonLog((line) => void process.stderr.write(line)) : textLog
  const interrupts = holdInterrupts()
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
      ...(options.commitMs === undefined ? {} : { commitMs: options.commitMs }),
      ...settings,
    })
    try {
      begin()
      const flags = hostFlags(options)
      const onDeath = (line: string): void => log('warn', line, { event: 'host' })
      started = new Hosts({ module, run, servers, access, param, flags, count: hosts, onDeath })
      if (options.quiet !== true) {
        const line = `run ${run} at ${servers.join(',')}, hosts ${started.pids.join(', ')}`
        log('info', line, { event: 'start', module, run, servers, hosts: started.pids })
      }
      const watch = await RunWatch.begin(joined, { options, config, term, log, tasks })
      telemetryFile?.begin(() => watch.stats)
      const ending = await accompany(joined, log, [watch.refused, started.refused], interrupts)
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
    await allOf(
      () => started?.end(),
      // a run that was given a name can be looked at, and gone on with
      () =>
        options.servers === undefined || options.run !== undefined ? undefined : clean(run, options, log),
      () => local?.stop(),
      () => lettersFile?.close(),
      release,
      () => interrupts.end(),
    )
  }
}

/** What cannot be removed is told: it does not change what came of the run. */
async function clean(run: string, { servers = [], ...options }: RunCommandOptions, log: Log): Promise<void> {
  try {
    await removeRun(run, serversWith(servers, accessOf(options)))
  } catch (error) {
    const line = `run ${run} is still on the servers: ${messageOf(error)} To remove it: millrace clean ${run}`
    log('warn', `${line} [${codeOf(error)}]`, { event: 'clean', code: codeOf(error) })
  }
}

/** Takes all of the steps, whatever becomes of the ones before. @throws the first failure. */
async function allOf(...steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

function accessOf({ creds, nkey, tlsCa, tlsCert, tlsKey }: Access): Access {
  return { creds, nkey, tlsCa, tlsCert, tlsKey }
}
