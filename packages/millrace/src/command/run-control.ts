/** `millrace status`, `pause`, `resume`, `stop`, `cancel` and `clean`. Called by `cluster-commands.ts`. */

import {
  type Command,
  cleanRun,
  commandRun,
  type RunStatus,
  type ServerOptions,
  statusOf,
} from '@millrace/cluster'
import { linesOfTable } from '../report/table.ts'
import { whySlow } from '../why-slow.ts'

/** Prints a run's state. @throws {BadInputError} if there is no such run. */
export async function statusCommand(run: string, server: ServerOptions, isJson: boolean): Promise<void> {
  const status = await statusOf(run, server)
  const why = whySlow(status.stats)
  const json = why === undefined ? status : { ...status, whySlow: why }
  process.stdout.write(isJson ? `${JSON.stringify(json, null, 2)}\n` : tableOf(status, why?.text))
}

function tableOf({ run, command, members, tasks, ledger }: RunStatus, why: string | undefined): string {
  const rows = [
    ['task', 'phase', 'owner', 'epoch', 'commits', 'age', 'state', 'lag'],
    ...tasks.map((task) => [
      task.task,
      task.phase,
      task.owner,
      String(task.epoch),
      String(task.commits),
      `${(task.commitAgeMs / 1000).toFixed(1)} s`,
      `${task.stateBytes} B`,
      `${task.lagItems}`,
    ]),
  ]
  const lines = linesOfTable(rows)
  const living = members.filter(({ isAlive }) => isAlive).length
  const { in: came, out, discarded } = ledger
  return [
    `run ${run}: ${command}, ${living} members alive, ${came} in, ${out} out, ${discarded} under way`,
    ...(why === undefined ? [] : [why]),
    ...lines,
    '',
  ].join('\n')
}

/** Says what a run is to do. @throws {BadInputError} if there is no such run. */
export async function tellRun(run: string, command: Command, server: ServerOptions): Promise<void> {
  await commandRun(run, command, server)
}

/** Removes a run. @throws {BadInputError} while members are alive. */
export async function cleanCommand(run: string, server: ServerOptions): Promise<void> {
  const streams = await cleanRun(run, server)
  process.stdout.write(`${streams.length} streams of run ${run} removed\n`)
}
