/** The commands of distributed runs: `worker`, `status`, `pause`, `resume`, `stop`, `cancel`, `clean`. Called by `cli.ts`. */

import type { Access, ServerOptions } from '@millrace/cluster'
import { isLabel, LABEL } from '@millrace/core/engine'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { WorkerCommandOptions } from './command/worker.ts'
import { HOST_CODES } from './distributed/host-codes.ts'
import type { Teller } from './teller.ts'
import { withCluster } from './with-cluster.ts'

/** Where commands look for a server if none is named. */
export const DEFAULT_SERVER = 'nats://127.0.0.1:4222'

const HOST_EXIT_CODES = `
SIGTERM, Ctrl-C and SIGHUP: it commits, hands its tasks over, and leaves; the same again ends it at once.

Exit codes:
  0           the run is over, or this host has left it
  1           the run failed
  2           it could not start: a mistake in the call, the module, the graph or the config
  3           it had to end in the middle, or no server answered: start it again`

/** A flag that takes a whole number. */
export function countOption(flag: string, meaning: string, least = 1): Option {
  return new Option(flag, meaning).argParser((text: string) => {
    const count = Number(text)
    if (text.trim() !== '' && Number.isInteger(count) && count >= least) return count
    throw new InvalidArgumentError(`It must be a whole number, at least ${least}.`)
  })
}

/** `--label`: may be given several times, with commas between labels as well. */
export function labelOption(meaning: string): Option {
  return new Option('--label <list>', meaning).argParser((text: string, before: readonly string[] = []) => {
    const labels = text.split(',').map((label) => label.trim())
    const wrong = labels.find((label) => !isLabel(label))
    if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" must be ${LABEL}.`)
    return [...before, ...labels]
  })
}

/** `--commit-ms`: how much is done again when a host dies, against what it costs to keep it. */
export function commitOption(where = ''): Option {
  return countOption(
    '--commit-ms <count>',
    `${where}milliseconds from one commit of a task to the next (default: 250)`,
  )
}

/** `--give-up-ms`: how long servers are waited for that are gone. */
export function giveUpOption(where = ''): Option {
  return countOption(
    '--give-up-ms <count>',
    `${where}milliseconds without an answer from the servers after which the run is given up (default: it waits)`,
  )
}

/** Settings that do not concern a host of a distributed run. */
const NOT_OF_HOSTS = [
  'strategy',
  'profile',
  'workers',
  'minWorkers',
  'onError',
  'checkpoint',
  'checkpointEveryMs',
  'checkpointEveryItems',
]

/** Where the servers of distributed runs are, and the files that let in. */
export interface ServerFlags extends Access {
  readonly servers?: readonly string[]
}

/** `--servers`: where the servers are. */
export function serversOption(isNeeded: boolean): Option {
  const none = isNeeded
    ? `default: ${DEFAULT_SERVER}`
    : 'default: one of its own, if nats-server is on the path'
  return new Option(
    '--servers <list>',
    `addresses of NATS servers, with commas between them (${none})`,
  ).argParser((text: string) => text.split(',').map((address) => address.trim()))
}

/** Adds `--servers` and what goes with it; a run without it starts a server of its own. */
export function addServerFlags(command: Command, isNeeded: boolean): Command {
  return command
    .addOption(serversOption(isNeeded))
    .option('--creds <file>', 'with --servers: credentials, as nsc writes them')
    .option('--nkey <file>', 'with --servers: the seed of an nkey')
    .option('--tls-ca <file>', "with --servers: certificates of whoever signs the servers'")
    .option('--tls-cert <file>', 'with --servers: the certificate to show')
    .option('--tls-key <file>', 'with --servers: its key')
}

/** Options of the commands that name a run. */
export interface RunNameOptions extends ServerFlags {
  readonly json?: true
}

/** Adds the commands. */
export function addClusterCommands(
  millrace: Command,
  parameterOption: () => Option,
  withSettings: (command: Command, leftOut: readonly string[]) => Command,
  { begin, finish }: Teller,
): void {
  const worker = millrace
    .command('worker')
    .description('takes part in a distributed run, as one of its hosts')
    .argument('<module>', 'the module of the graph, the same as on the other hosts')
    .requiredOption('--run <name>', 'the name of the run')
    .addOption(parameterOption())
    .addOption(commitOption())
    .addOption(giveUpOption())
    .addOption(labelOption('what this host has, for terms that ask for it with on(): disk=a'))
    .option('-q, --quiet', 'leaves it to the command that started the run to say how it ended')
    .addOption(new Option('--hosted').hideHelp())
    .addOption(new Option('--told').hideHelp())
    .addOption(new Option('--ends-with-parent').hideHelp())
    .addHelpText('after', HOST_EXIT_CODES)
    .action(async (module: string, options: WorkerCommandOptions) => {
      const { workerCommand } = await withCluster(() => import('./command/worker.ts'))
      const servers = options.servers ?? [DEFAULT_SERVER]
      finish(await workerCommand(module, { ...options, servers }, () => begin(HOST_CODES.lost)))
    })
  addServerFlags(withSettings(worker, NOT_OF_HOSTS), true)

  const named = (name: string, description: string): Command =>
    addServerFlags(
      millrace.command(name).description(description).argument('<run>', 'the name of the run'),
      true,
    )
  const control = async (
    { servers = [DEFAULT_SERVER], ...access }: RunNameOptions,
    use: (control: typeof import('./command/run-control.ts'), server: ServerOptions) => Promise<void>,
  ): Promise<void> => {
    const { serversWith } = await withCluster(() => import('@millrace/cluster'))
    await use(await import('./command/run-control.ts'), serversWith(servers, access))
  }
  named('status', 'shows a distributed run: who owns what, how far it is')
    .option('--json', 'prints JSON')
    .action((run: string, options: RunNameOptions) =>
      control(options, ({ statusCommand }, server) => statusCommand(run, server, options.json === true)),
    )
  const telling = {
    pause: ['pause', 'holds a distributed run where it is: its tasks commit and wait'],
    resume: ['run', 'lets a distributed run that was held go on'],
    stop: ['stop', 'lets the sources of a distributed run end'],
    cancel: ['cancel', 'gives a distributed run up, on every host'],
  } as const
  for (const [name, [command, description]] of Object.entries(telling)) {
    named(name, description).action((run: string, options: RunNameOptions) =>
      control(options, ({ tellRun }, server) => tellRun(run, command, server)),
    )
  }
  named('clean', 'removes what a distributed run has left on the servers').action(
    (run: string, options: RunNameOptions) =>
      control(options, ({ cleanCommand }, server) => cleanCommand(run, server)),
  )
}
