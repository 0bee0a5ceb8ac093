/**
 * `joinRun`: takes part in a run with this process: as a host, or as the command that started it. What `millrace worker`
 * and `millrace run --strategy distributed` call.
 */

import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import {
  type AnyTerm,
  BadInputError,
  compileGraph,
  type EdgeStats,
  fingerprint,
  type RunOptions,
  type Stats,
} from '@millrace/core'
import { onAbort, systemClock } from '@millrace/core/engine'
import { cutGraph, type TaskPlan } from '../cut/cut.ts'
import { BrokenLogError } from '../errors.ts'
import type { ServerOptions } from '../jetstream/connect.ts'
import { JetStreamSubstrate } from '../jetstream/jetstream-substrate.ts'
import type { Command, Member, Substrate } from '../port/substrate.ts'
import { CALLER } from '../protocol/assign.ts'
import { Host, type HostEnd } from '../protocol/host.ts'
import { patiently } from '../protocol/persist.ts'
import { fromBytes } from '../task/bytes.ts'
import { type EngineSettings, EngineWork, failureOf, type TaskResult } from '../task/engine-work.ts'
import {
  checkPlace,
  type GatherTarget,
  type LetterTarget,
  lettersWork,
  outputWork,
} from '../task/gather-work.ts'
import { Gathered, PHASES } from './gather.ts'
import { sumOf } from './ledger.ts'

const COMMIT_MS = 250
const CREDIT_BYTES = 8 * 1024 * 1024
const MESSAGE_BYTES = 512 * 1024
const BEAT_MS = 250
const SUSPECT_MS = 1500

/** What a process needs to take part in a run. */
export interface JoinOptions extends EngineSettings, Pick<RunOptions, 'settle'> {
  /** The graph, built from the same modules and parameters on every host. */
  readonly term: AnyTerm
  /** Name of the run; part of the names of its streams. */
  readonly run: string
  readonly server: ServerOptions
  /** What tasks may ask for. The command that starts a run takes part with `caller`. Default: none. */
  readonly labels?: readonly string[]
  /** Lines that must be equal on every host, beside the graph's: versions, parameters. Default: none. */
  readonly lines?: readonly string[]
  /** Milliseconds from one commit of a task to the next. Default 250. */
  readonly commitMs?: number
  /** Aborts while it joins: it rejects with the reason, without waiting for servers. Default: never. */
  readonly signal?: AbortSignal
  /** Milliseconds without an answer from the servers after which `done` rejects with a `ServersGoneError`. Default: it waits. */
  readonly giveUpMs?: number
  /** Called with a line when the servers have not answered for half a minute, and rarely again; and when they answer again. */
  readonly onSilence?: (line: string) => void
  /** Where the command that starts a run keeps its dead letters. Default: they are counted alone. */
  readonly letters?: LetterTarget
  /** Where the program that starts a run keeps the items of outputs, by their names. Default: they are counted alone. */
  readonly outputs?: ReadonlyMap<string, GatherTarget<unknown>>
}

/** A process's part in a run. */
export interface Joined {
  /** Name of the member. */
  readonly name: string
  /** Resolves when the run is over, or this process has left it; rejects with a `TaskFailedError` if the run failed. */
  readonly done: Promise<HostEnd>
  /** Hands over what it owns, and leaves. */
  leave(): void
  /** Lets the run's sources end. */
  stop(): Promise<void>
  /** Has its tasks commit and wait, on every host, until `resume`. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Gives the run up, on every host. */
  cancel(): Promise<void>
  /** The sinks' results of a run that is completed, by the ids of their nodes. From then on `look` is exact. */
  results(): Promise<Readonly<Record<string, unknown>>>
  /**
   * Figures of the whole run: where items went, exact for what is committed; all else as hosts have told it, each second.
   */
  look(): Promise<Stats>
  /** The hosts that are taken to be alive, the command among them. */
  members(): readonly Member[]
  /** Edges of the run that were full with nothing to move, and were grown; each once, as hosts have told it. */
  stalls(): readonly EdgeStats[]
  /** Names of the tasks that are not done, as far as is known here. */
  open(): readonly string[]
  /** Ends this process's part if it still has one, and lets go of the connection. */
  close(): Promise<void>
}

/** The graph's tasks; `settle` as in `RunOptions`. @throws {NotDistributableError} if it has none. */
export function tasksOf(term: AnyTerm, settle?: RunOptions['settle']): TaskPlan[] {
  return cutGraph(compileGraph(term, settle))
}

/**
 * Takes part in a run.
 *
 * @throws {NotDistributableError} if the graph cannot be spread over hosts. @throws {NoClusterError} if no server answers.
 * @throws {OtherRunError} if the run has another graph. @throws {BadInputError} if the command comes to a run that is over.
 */
export async function joinRun(options: JoinOptions): Promise<Joined> {
  const { signal } = options
  if (signal === undefined) return join(options)
  signal.throwIfAborted()
  const joining = join(options)
  let stop: () => void = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = onAbort(signal, () => reject(signal.reason))
  })
  try {
    return await Promise.race([joining, aborted])
  } catch (error) {
    // a call under way has its answer, or none, in a few seconds
    void joining.then(
      (late) => late.close(),
      () => undefined,
    )
    throw error
  } finally {
    stop()
  }
}

async function join(options: JoinOptions): Promise<Joined> {
  const { term, run, server, labels = [], lines = [], commitMs = COMMIT_MS, letters, outputs } = options
  const { giveUpMs, onSilence } = options
  const { settle, edges, batchItems, growthLimitItems, cleanupTimeoutMs, strict } = options
  const settings = { edges, batchItems, growthLimitItems, cleanupTimeoutMs, strict } as EngineSettings
  const graph = compileGraph(term, settle)
  const tasks = cutGraph(graph)
  const plans = new Map(tasks.map((plan) => [plan.name, plan]))
  const outline = {
    lines: [...lines, ...fingerprint(graph), ...tasks.map(lineOf)],
    edges: tasks.flatMap(({ outputs }) => outputs),
  }
  const substrate = await JetStreamSubstrate.open(run, outline, server, options.signal)
  const isCaller = labels.includes(CALLER)
  try {
    if (isCaller) {
      await checkOpen(run, substrate, tasks)
      await checkLetters(substrate, tasks, letters)
    }
  } catch (error) {
    await substrate.close()
    throw error
  }
  const name = `${hostname().replace(/[^A-Za-z0-9_-]/g, '_')}.${process.pid}.${isCaller ? 'c' : 'w'}${randomUUID().slice(0, 8)}`
  const host = new Host({
    substrate,
    clock: systemClock,
    owner: name,
    labels,
    tasks,
    makeWork: ({ name: task }, state, around) => {
      const plan = plans.get(task) as TaskPlan
      if (plan.takesLetters === true) return lettersWork(plan, state, around, letters)
      if (plan.takesOutput !== undefined)
        return outputWork(plan, state, around, outputs?.get(plan.takesOutput))
      return new EngineWork(plan, state, around, { ...settings, pieceBytes: MESSAGE_BYTES })
    },
    tellFailure: failureOf,
    commitMs,
    creditBytes: CREDIT_BYTES,
    messageBytes: MESSAGE_BYTES,
    beatMs: BEAT_MS,
    suspectMs: SUSPECT_MS,
    giveUpMs,
    onSilence: (silentMs, why) => onSilence?.(lineOfSilence(silentMs, why, giveUpMs)),
    onAnswer: () => onSilence?.('the servers answer again; the run goes on'),
  })
  const begun = performance.now()
  const gathered = new Gathered()
  let endedMs: number | undefined
  const done = host.run().finally(() => {
    endedMs = performance.now() - begun
  })
  done.catch(() => undefined) // whoever waits for it sees it
  const closing = new AbortController()
  const tell = async (command: Command): Promise<void> =>
    void (await patiently(systemClock, () => substrate.command(command), closing.signal))
  return {
    name,
    done,
    leave: () => host.leave(),
    stop: () => tell('stop'),
    pause: () => tell('pause'),
    resume: () => tell('run'),
    cancel: () => tell('cancel'),
    results: () => resultsOf(substrate, tasks, gathered),
    look: async () => {
      gathered.take(await substrate.reports())
      const items = sumOf([...host.newest.values()])
      if (endedMs !== undefined) return gathered.stats('ended', items, endedMs)
      const phase = PHASES[await substrate.commanded()]
      return gathered.stats(phase, items, performance.now() - begun)
    },
    members: () => host.members,
    stalls: () => gathered.stalls,
    open: () => tasks.flatMap(({ name }) => (host.newest.get(name)?.phase === 'done' ? [] : [name])),
    close: async () => {
      closing.abort()
      host.end()
      await done.catch(() => undefined)
      await substrate.close()
    },
  }
}

/** Of a run that is over the command would tell at once what it told before, and do nothing. */
async function checkOpen(run: string, substrate: Substrate, tasks: readonly TaskPlan[]): Promise<void> {
  const isDone = async (): Promise<boolean> => {
    for (const { name } of tasks) {
      const tail = await patiently(systemClock, () => substrate.tail(name))
      if (tail?.commit.phase !== 'done') return false
    }
    return true
  }
  const isCancelled = (await patiently(systemClock, () => substrate.commanded())) === 'cancel'
  if (!isCancelled && !(await isDone())) return
  throw new BadInputError(
    `Run "${run}" is over (${isCancelled ? 'cancelled' : 'completed'}): remove it with millrace clean ${run}, ` +
      'or take another name.',
  )
}

/** Before the command takes part: a wrong file must not fail the run. */
async function checkLetters(
  substrate: Substrate,
  tasks: readonly TaskPlan[],
  target: LetterTarget | undefined,
): Promise<void> {
  for (const { name } of tasks.filter(({ takesLetters }) => takesLetters)) {
    const commit = (await patiently(systemClock, () => substrate.tail(name)))?.commit
    if (commit?.state === undefined || commit.phase === 'ended' || commit.phase === 'done') continue
    const { pieces: sequences } = commit.state
    const pieces = await patiently(systemClock, () => substrate.loadState(name, sequences))
    checkPlace(pieces as Uint8Array[], target)
  }
}

function lineOfSilence(silentMs: number, why: string | undefined, giveUpMs: number | undefined): string {
  const until = giveUpMs === undefined ? 'it waits for them' : `it is given up after ${giveUpMs / 1000} s`
  const reason = why === undefined ? '' : ` (${why})`
  return `the servers have not done what the run asks for ${Math.round(silentMs / 1000)} s${reason}: ${until}`
}

/** What hosts must agree in of a task beside its graph: settings may move terms. */
function lineOf({ name, label = 'any host', nodes, letters }: TaskPlan): string {
  const aside = letters === undefined ? '' : ', may set items aside'
  return `task ${name} on ${label}: ${nodes.map(({ id }) => id).join(' ')}${aside}`
}

async function resultsOf(
  substrate: Substrate,
  tasks: readonly TaskPlan[],
  gathered: Gathered,
): Promise<Record<string, unknown>> {
  const results: [string, unknown][] = []
  for (const { name } of tasks) {
    const commit = (await patiently(systemClock, () => substrate.tail(name)))?.commit
    if (commit?.phase !== 'done' || commit.state === undefined)
      throw new BrokenLogError(`task ${name} is not done`)
    const { pieces: sequences } = commit.state
    const pieces = await patiently(systemClock, () => substrate.loadState(name, sequences))
    const result = fromBytes(Buffer.concat(pieces as Uint8Array[])) as TaskResult
    results.push(...(result.results as [string, unknown][]))
    if (result.figures !== undefined) gathered.set(name, Number.POSITIVE_INFINITY, result.figures)
  }
  return Object.fromEntries(results)
}
