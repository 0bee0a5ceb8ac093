/**
 * The command `millrace`: reads the arguments and hands over to the command they name. Runs when it is imported.
 *
 * What a command needs is imported only once it was chosen, so that `--help` answers at once. Exit codes: 0 all went
 * well (also after a drain), 1 the run failed, 2 nothing was run because of a mistake in the call or the module, 129,
 * 130 or 143 the run was cancelled by a signal. The code is set, never forced: what was printed is always written out.
 */

import { BadInputError } from '@millrace/core'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { onBrokenPipe } from './broken-pipe.ts'
import type { CompareCommandOptions } from './command/compare.ts'
import type { ConfigCommandOptions } from './command/config.ts'
import { addParameter, type Parameters } from './command/parameters.ts'
import type { RunCommandOptions } from './command/run.ts'
import { strategies } from './config/settings.ts'
import { flagOf, flags, variables } from './config/text-layers.ts'
import { watchProcess } from './process-watch.ts'
import { linesOfMistake, say } from './report/error.ts'
import { lossKinds } from './report/losses.ts'
import { packageVersion } from './version.ts'

const EXIT_CODES = `
Ctrl-C lets the sources end and what is under way go on to its end; once more cancels. So do SIGTERM and SIGHUP.

Exit codes:
  0           the run ended well, of itself or drained
  1           the run failed, also if it was drained after the failure; or --fail-on found what it looks for
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

const PARAMETER = 'a parameter of the graph, as text; may be given once for each name'

/** `--param` for commander, which asks for its own class of errors. */
function parameter(text: string, before: Parameters): Parameters {
  try {
    return addParameter(text, before)
  } catch (error) {
    if (error instanceof BadInputError) throw new InvalidArgumentError(error.message)
    throw error
  }
}

/** A list for commander. */
function namesIn(text: string, allowed: readonly string[]): string[] {
  const names = text.split(',').map((name) => name.trim())
  const wrong = names.find((name) => !allowed.includes(name))
  if (wrong === undefined) return names
  throw new InvalidArgumentError(`"${wrong}" is none. Allowed: ${allowed.join(', ')}.`)
}

function parameterOption(): Option {
  return new Option('-p, --param <name=value>', PARAMETER).argParser(parameter).default({}, 'none')
}

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

/** Mistakes in the call in one line, with what to do about them. */
function errorsOf(command: string): { outputError(text: string): void } {
  return {
    outputError(text) {
      const line = text
        .replace(/^error: /, '')
        .replace(/\s+/g, ' ')
        .trim()
      const isHelpful = /Did you mean|Allowed|argument '.*' is invalid/.test(line)
      say(`${line}${isHelpful ? '' : ` See ${command} --help.`} [BAD_ARGUMENT]`)
    },
  }
}

function program(finish: (code: number) => void): Command {
  const millrace = new Command('millrace')
    .description('Runs and draws the graphs of Millrace, a dataflow framework.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput(errorsOf('millrace'))

  withSettings(millrace.command('run'))
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
        '--fail-on <list>',
        `exits with 1 if there are any: ${lossKinds.join(', ')}, with commas between them`,
      ).argParser((text: string) => namesIn(text, lossKinds)),
    )
    .option(
      '--overwrite',
      'empties the file of dead letters first, and lets a replay replace files of earlier runs',
    )
    .option('-q, --quiet', 'shows no progress')
    .addHelpText('after', EXIT_CODES)
    .action(async (module: string, options: RunCommandOptions) => {
      const { runCommand } = await import('./command/run.ts')
      finish(await runCommand(module, options))
    })

  millrace
    .command('graph')
    .configureOutput(errorsOf('millrace graph'))
    .description('draws the graph that a module exports by default')
    .argument('<module>', 'a .ts or .js file')
    .addOption(parameterOption())
    .addOption(
      new Option('-f, --format <format>', 'how to draw it')
        .choices(['mermaid', 'dot', 'json'])
        .default('mermaid'),
    )
    .action(async (module: string, options: { param: Parameters; format: 'mermaid' | 'dot' | 'json' }) => {
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
      finish(await compareCommand(module, options))
    })

  withSettings(millrace.command('config'))
    .configureOutput(errorsOf('millrace config'))
    .description('prints every setting of a run, its value, and where that is from')
    .option('--json', 'prints JSON')
    .addHelpText('after', SETTINGS)
    .action(async (options: ConfigCommandOptions) => {
      const { configCommand } = await import('./command/config.ts')
      await configCommand(options)
    })
  return millrace
}

async function main(): Promise<number> {
  onBrokenPipe(() => undefined)
  let code = 0
  const watch = watchProcess(() => 'The command')
  try {
    await Promise.race([program((result) => void (code = result)).parseAsync(), watch.failed])
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    for (const line of linesOfMistake(error)) say(line)
    return 2
  } finally {
    watch.end()
  }
}

/** The exit code, once the command has ended. */
export const ended: Promise<number> = main().then((code) => {
  process.exitCode = code
  return code
})
