/**
 * The command `millrace`: reads the arguments and hands over to the command they name. Runs when it is imported.
 *
 * What a command needs is imported only once it was chosen, so that `--help` answers at once. Exit codes: 0 all went
 * well (also after a drain), 1 the run failed, 2 nothing was run because of a mistake in the call or the module, 129,
 * 130 or 143 the run was cancelled by a signal. The code is set, never forced: what was printed is always written out.
 */

import { Command, CommanderError, Option } from 'commander'
import { onBrokenPipe } from './broken-pipe.ts'
import {
  addClusterCommands,
  addServerFlags,
  commitOption,
  countOption,
  giveUpOption,
  labelOption,
} from './cluster-commands.ts'
import type { CheckCommandOptions } from './command/check.ts'
import type { CompareCommandOptions } from './command/compare.ts'
import type { ConfigCommandOptions } from './command/config.ts'
import type { GraphCommandOptions } from './command/graph.ts'
import type { LettersCommandOptions } from './command/letters.ts'
import type { Parameters } from './command/parameters.ts'
import type { RunCommandOptions } from './command/run-options.ts'
import type { ViewCommandOptions } from './command/view.ts'
import { strategies } from './config/settings.ts'
import { flagOf, flags, variables } from './config/text-layers.ts'
import { errorsOf, groupNumber, namesIn, parameterOption, portNumber, tapLimit } from './option-values.ts'
import { watchProcess } from './process-watch.ts'
import { linesOfMistake, say } from './report/error.ts'
import { lossKinds } from './report/losses.ts'
import type { Teller } from './teller.ts'
import { addToolCommands } from './tool-commands.ts'
import { packageVersion } from './version.ts'
import { withoutDashes } from './without-dashes.ts'

const EXIT_CODES = `
Ctrl-C lets the sources end and what is under way go on to its end; once more cancels. So do SIGTERM and SIGHUP.

Exit codes:
  0           the run ended well, of itself or drained
  1           the run failed, also if it was drained after the failure; or --fail-on found what it looks for; or what the
              run has left behind, a timer or a promise, failed after it
  2           nothing was run: a mistake in the call, the module or the config
  129, 130, 143
              cancelled, by SIGHUP, Ctrl-C or SIGTERM`

const SETTINGS = `
Later wins, value by value:
  defaults       with --profile or scheduler.profile: those of the profile
  the config     millrace.config.{ts,js,mjs,json,yaml,yml}, or "millrace" in package.json: the nearest, from the
                 current folder upwards to the first that has a package.json or .git; or the file of --config
  environment    ${[...variables.keys()].join(',\n                 ')}
  flags          as above`

const COMPARE = `
What the graph prints is not shown; what its sinks do outside is done once for each run.

Exit codes:
  0           all answers are the same
  1           they differ, or a run failed
  2           nothing was run: a mistake in the call, the module or the config`

const CHECK = `
Loads the module and builds its graph; opens no source and starts no worker.
Exit codes:
  0           millrace run would begin
  1           with --strict: there is a warning
  2           it would not: a mistake in the call, the module, the graph or the settings`

/** The options of the commands that read settings. */
function withSettings(command: Command, leftOut: readonly string[] = []): Command {
  command.option(
    '-c, --config <file>',
    'the config, instead of the one that is found: .json, .yaml, .ts or .js',
  )
  for (const [name, meaning] of Object.entries(flags)) {
    if (leftOut.includes(name)) continue
    const names = ['strategy', 'profile', 'onError']
    const value = name === 'checkpoint' ? 'folder' : names.includes(name) ? 'name' : 'count'
    command.option(name === 'strict' ? flagOf(name) : `${flagOf(name)} <${value}>`, meaning)
  }
  return command
}

function program({ begin, finish }: Teller): Command {
  const millrace = new Command('millrace')
    .description('Runs and draws the graphs of Millrace, a dataflow framework.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput(errorsOf('millrace'))

  const runs = withSettings(millrace.command('run'))
    .configureOutput(errorsOf('millrace run'))
    .description('runs the graph that a module exports by default')
    .argument('<module>', 'a .ts or .js file')
    .addOption(parameterOption())
    .option('-s, --summary <file>', 'where to write what became of the run, as JSON')
    .option(
      '-t, --telemetry <file>',
      'where to append the figures of the run each second, a line of JSON each',
    )
    .option('--dead-letters <file>', 'where to append the items that were set aside, a line of JSON each')
    .option(
      '--replay <file>',
      'a file of --dead-letters: only its items run, each from the term it failed in on',
    )
    .addOption(
      new Option(
        '--replay-group <number>',
        'of that file, only the items of one group; see millrace letters',
      ).argParser(groupNumber),
    )
    .addOption(
      new Option(
        '--fail-on <list>',
        `exits with 1 if there are any: ${lossKinds.join(', ')}, with commas between them`,
      ).argParser((text: string) => namesIn(text, lossKinds)),
    )
    .option(
      '--overwrite',
      'empties the file of dead letters first, and lets a replay replace files of earlier runs',
    )
    .option('--trace <file>', "where to write what each thread did when, as Chrome's trace events (Perfetto)")
    .option('--metrics <host:port>', 'serves /metrics (Prometheus), /livez and /readyz there while it runs')
    .addOption(
      new Option(
        '--log <format>',
        'what is said on stderr: lines of text, or of JSON with the fields of pino',
      )
        .choices(['text', 'json'])
        .default('text'),
    )
    .addOption(
      new Option(
        '--progress <kind>',
        'how much of the run a terminal shows: a line, a table of all terms, or nothing',
      )
        .choices(['line', 'full', 'none'])
        .default('line'),
    )
    .option('-q, --quiet', 'shows no progress')
    .addOption(
      countOption(
        '--hosts <count>',
        'with --strategy distributed: processes to start as hosts (default: 2)',
        0,
      ),
    )
    .option(
      '--run <name>',
      'with --strategy distributed: the name of the run, to go on with it or to add hosts',
    )
    .addOption(commitOption('with --strategy distributed: '))
    .addOption(giveUpOption('with --strategy distributed: '))
    .addOption(labelOption('with --strategy distributed: a label of the hosts that are started here'))
    .addOption(
      new Option(
        '--tap <term[:port]>',
        'shows items that leave the term; may be given several times',
      ).argParser((text: string, before: readonly string[] = []) => [...before, text]),
    )
    .addOption(
      new Option(
        '--tap-limit <count>',
        'items shown in half a second at most, 1 to 100 (default: 100)',
      ).argParser(tapLimit),
    )
    .option('--report <file>', 'where to write the page of the run, as one file that opens without a network')
    .option('--ui', 'serves a page that shows the run, on this machine, and prints its address')
    .addOption(
      new Option('--ui-port <port>', 'the port of the page (default: one that is free)').argParser(
        portNumber,
      ),
    )
    .option('--ui-host <host>', 'the address or name to serve the page at (default: 127.0.0.1)')
    .option('--ui-read-only', 'the page may look, and not steer')
    .option('--ui-hold', 'the page stays when the run has ended, until Ctrl-C')
    .option('--watch', 'runs again when the module, what it imports or the config has changed: drains first')
    .option('--watch-cancel', 'as --watch, but cancels what is under way')
    .addOption(new Option('--watched').hideHelp())
    .addOption(new Option('--measured').hideHelp())
    .addHelpText('after', EXIT_CODES)
    .action(async (module: string, options: RunCommandOptions) => {
      if (options.watch === true || options.watchCancel === true) {
        const { watchCommand } = await import('./command/watch.ts')
        return finish(await watchCommand(module, options, process.argv.slice(2)))
      }
      const { runCommand } = await import('./command/run.ts')
      finish(await runCommand(module, options, begin))
    })
  addServerFlags(runs, false)

  addClusterCommands(millrace, parameterOption, withSettings, { begin, finish })

  withSettings(millrace.command('letters'))
    .configureOutput(errorsOf('millrace letters'))
    .description('shows what failed, in groups, or runs a group again')
    .argument('<file>', 'a file of millrace run --dead-letters')
    .argument('[group]', 'the number of a group: shows its newest letter', groupNumber)
    .option('--rerun <module>', 'runs the graph of this module with the items of the group, or of all, alone')
    .addOption(parameterOption())
    .option('--dead-letters <file>', 'where to append what fails again; another file')
    .option('--overwrite', 'empties that file first, and lets the run replace files of earlier runs')
    .option('-q, --quiet', 'shows no progress')
    .option('--json', 'prints the groups as JSON')
    .action(async (file: string, group: number | undefined, options: LettersCommandOptions) => {
      const { lettersCommand } = await import('./command/letters.ts')
      finish(await lettersCommand(file, group, options, begin))
    })

  millrace
    .command('view')
    .configureOutput(errorsOf('millrace view'))
    .description('shows a run that was recorded by millrace run --telemetry, until Ctrl-C')
    .argument('<file>', 'the file of --telemetry')
    .addOption(
      new Option('--ui-port <port>', 'the port of the page (default: one that is free)').argParser(
        portNumber,
      ),
    )
    .option('--ui-host <host>', 'the address or name to serve the page at (default: 127.0.0.1)')
    .action(async (file: string, options: ViewCommandOptions) => {
      const { viewCommand } = await import('./command/view.ts')
      await viewCommand(file, options)
    })

  millrace
    .command('graph')
    .configureOutput(errorsOf('millrace graph'))
    .description('draws the graph that a module exports by default')
    .argument('<module>', 'a .ts or .js file')
    .addOption(parameterOption())
    .addOption(
      new Option('-f, --format <format>', 'how to draw it')
        .choices(['mermaid', 'dot', 'json', 'svg'])
        .default('mermaid'),
    )
    .action(async (module: string, options: { param: Parameters; format: GraphCommandOptions['format'] }) => {
      const { graphCommand } = await import('./command/graph.ts')
      await graphCommand(module, options)
    })

  withSettings(millrace.command('compare'), ['strategy', 'checkpoint'])
    .configureOutput(errorsOf('millrace compare'))
    .description('runs a graph under several strategies and says where their answers differ')
    .argument('<module>', 'a .ts or .js file')
    .addOption(parameterOption())
    .addOption(
      new Option(
        '--strategies <list>',
        'with commas between them; the first is the one that the others are held against (default: all)',
      ).argParser((text: string) => namesIn(text, strategies)),
    )
    .addHelpText('after', COMPARE)
    .action(async (module: string, options: CompareCommandOptions) => {
      const { compareCommand } = await import('./command/compare.ts')
      finish(await compareCommand(module, options, begin))
    })

  withSettings(millrace.command('check'), ['strict'])
    .configureOutput(errorsOf('millrace check'))
    .description('says what is wrong with a graph and its settings, and where its terms would run')
    .argument('<module>', 'a .ts or .js file')
    .addOption(parameterOption())
    .option('--strict', 'exits with 1 if there is a warning')
    .option('--json', 'prints JSON')
    .addHelpText('after', CHECK)
    .action(async (module: string, options: CheckCommandOptions) => {
      const { checkCommand } = await import('./command/check.ts')
      finish(await checkCommand(module, options))
    })
  withSettings(millrace.command('config'))
    .configureOutput(errorsOf('millrace config'))
    .description('prints every setting of a run, its value, and where that is from')
    .option('--json', 'prints JSON')
    .option('--schema', 'prints what a config file may hold, as JSON Schema, for editors')
    .addHelpText('after', SETTINGS)
    .action(async (options: ConfigCommandOptions) => {
      const { configCommand } = await import('./command/config.ts')
      await configCommand(options)
    })
  addToolCommands(millrace, { begin, finish })
  return millrace
}

async function main(): Promise<number> {
  onBrokenPipe(() => undefined)
  let code = 0
  let failed = 2
  const teller: Teller = {
    begin: (codeOfFailure = 1) => void (failed = codeOfFailure),
    finish: (result) => void (code = result),
  }
  const watch = watchProcess('The command')
  try {
    const millrace = program(teller)
    const args = withoutDashes(millrace, process.argv.slice(2))
    await Promise.race([millrace.parseAsync(args, { from: 'user' }), watch.failed])
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    for (const line of linesOfMistake(error)) say(line)
    return failed
  } finally {
    watch.end()
  }
}

/** The exit code, once the command has ended. */
export const ended: Promise<number> = main().then((code) => {
  process.exitCode = code
  return code
})
