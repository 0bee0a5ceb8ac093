/**
 * What can be asked of a run, and said to it, without its graph. Called by `millrace status`, `pause`, `resume`, `stop`,
 * `cancel` and `clean`.
 */

import { BadInputError, type Ledger, type Stats } from '@millrace/core'
import { systemClock } from '@millrace/core/engine'
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import type { NatsConnection } from '@nats-io/transport-node'
import { removeRun } from '../jetstream/clean.ts'
import { connectTo, type ServerOptions } from '../jetstream/connect.ts'
import { withMeaning } from '../jetstream/errors.ts'
import { COMMAND, MEMBER, namesOf, REPORT, RUN_NAME } from '../jetstream/names.ts'
import { putCommand } from '../jetstream/put-command.ts'
import { valuesOf } from '../jetstream/values.ts'
import { fromRecord } from '../jetstream/wire.ts'
import type { Commit, Phase, Report } from '../port/records.ts'
import type { Command, Member } from '../port/substrate.ts'
import { patiently } from '../protocol/persist.ts'
import { Gathered, PHASES } from './gather.ts'
import { inTransit, sumOf } from './ledger.ts'

/** A member that has beaten within this time is alive. */
const ALIVE_MS = 3000

/** One task of a run. */
export interface TaskStatus {
  readonly task: string
  readonly phase: Phase
  /** Member that wrote the newest commit. */
  readonly owner: string
  readonly epoch: number
  /** Commits so far. */
  readonly commits: number
  /** Milliseconds since the newest one. */
  readonly commitAgeMs: number
  /** Bytes of its state. */
  readonly stateBytes: number
  /** Items that wait for it. */
  readonly lagItems: number
}

/** A run at one moment. */
export interface RunStatus {
  readonly run: string
  readonly command: Command
  readonly members: readonly {
    readonly name: string
    readonly isAlive: boolean
    readonly labels: readonly string[]
  }[]
  readonly tasks: readonly TaskStatus[]
  /** Where the items went, as far as is committed. */
  readonly ledger: Ledger
  /** Figures of the whole run, as its hosts have told them in the last second. */
  readonly stats: Stats
}

/** The state of run `run`. @throws {BadInputError} if there is none of this name. */
export function statusOf(run: string, server: ServerOptions): Promise<RunStatus> {
  return withRun(run, server, async (connection, jsm) => {
    const names = namesOf(run)
    const info = await jsm.streams.info(names.commits, { subjects_filter: names.commitOf('*') })
    const { state } = info
    const now = Date.now()
    const found: { readonly commit: Commit; readonly ageMs: number }[] = []
    for (const subject of Object.keys(state.subjects ?? {})) {
      const message = await jsm.streams.getMessage(names.commits, { last_by_subj: subject })
      if (message === null) continue
      found.push({ commit: fromRecord<Commit>(message.data, subject), ageMs: now - message.time.getTime() })
    }
    const commits = found.map(({ commit }) => commit)
    const lag = inTransit(commits)
    const tasks = found.map(({ commit, ageMs }) => ({
      task: commit.task,
      phase: commit.phase,
      owner: commit.owner,
      epoch: commit.epoch,
      commits: commit.number,
      commitAgeMs: Math.max(0, ageMs),
      stateBytes: commit.state?.bytes ?? 0,
      lagItems: Object.keys(commit.inputs).reduce((sum, edge) => sum + (lag.get(edge) ?? 0), 0),
    }))
    tasks.sort((a, b) => a.task.localeCompare(b.task, 'en', { numeric: true }))
    const kv = await new Kvm(connection).open(names.bucket)
    const gathered = new Gathered()
    gathered.take((await valuesOf<Report>(jsm.streams, kv, names.bucket, REPORT)).map(({ value }) => value))
    const members = (await valuesOf<Member>(jsm.streams, kv, names.bucket, MEMBER)).map(
      ({ value: { name, labels }, at }) => ({
        name,
        labels,
        isAlive: now - at.getTime() < ALIVE_MS,
      }),
    )
    const command = ((await kv.get(COMMAND))?.string() ?? 'run') as Command
    const ledger = sumOf(commits)
    const isOver = tasks.length > 0 && tasks.every(({ phase }) => phase === 'done')
    const elapsedMs = Math.max(0, now - Date.parse(info.created))
    const stats = gathered.stats(isOver ? 'ended' : PHASES[command], ledger, elapsedMs)
    return { run, command, members, tasks, ledger, stats }
  })
}

const ENDING = { stop: 'being stopped', cancel: 'being cancelled' } as const

/**
 * Says what run `run` is to do.
 *
 * @throws {BadInputError} if there is none of this name, or it is being stopped or cancelled and cannot do that any more.
 */
export function commandRun(run: string, command: Command, server: ServerOptions): Promise<void> {
  return withRun(run, server, async (connection) => {
    const kv = await new Kvm(connection).open(namesOf(run).bucket)
    const holds = await putCommand(kv, command)
    if (holds === command) return
    throw new BadInputError(
      `Run "${run}" is ${ENDING[holds as keyof typeof ENDING]}, and cannot be told to ${command} any more.`,
    )
  })
}

/** Removes all that run `run` has on the servers. @throws {BadInputError} while members are alive, or if there is no run. */
export async function cleanRun(run: string, server: ServerOptions): Promise<string[]> {
  const { members } = await statusOf(run, server)
  const living = members.filter(({ isAlive }) => isAlive).map(({ name }) => name)
  if (living.length > 0) {
    throw new BadInputError(
      `Run "${run}" cannot be removed: ${living.join(', ')} still ${living.length === 1 ? 'takes' : 'take'} part. ` +
        'Stop or cancel it first.',
    )
  }
  return removeRun(run, server)
}

async function withRun<Result>(
  run: string,
  server: ServerOptions,
  use: (connection: NatsConnection, jsm: JetStreamManager) => Promise<Result>,
): Promise<Result> {
  checkRunName(run)
  const connection = await connectTo(server)
  try {
    const jsm = await jetstreamManager(connection, { checkAPI: false })
    const ask = async (): Promise<Result> => {
      const names: string[] = []
      for await (const name of jsm.streams.names(namesOf(run).all)) names.push(name)
      if (names.length === 0)
        throw new BadInputError(`There is no run "${run}" at ${server.servers.join(', ')}.`)
      return use(connection, jsm)
    }
    return await patiently(systemClock, () => withMeaning('run', run, ask))
  } finally {
    await connection.close()
  }
}

/** @throws {BadInputError} if a run cannot have this name. */
export function checkRunName(run: string): void {
  if (RUN_NAME.test(run)) return
  throw new BadInputError(
    `A run cannot be called "${run}": letters, digits, - and _ are allowed, 64 at most.`,
  )
}
