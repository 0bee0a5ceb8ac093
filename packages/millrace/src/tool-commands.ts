/** The commands that look at a machine or measure rather than run: `bench`, `doctor`, `completion`. Called by `cli.ts`. */

import { Argument, type Command, Option } from 'commander'
import { countOption, DEFAULT_SERVER, serversOption } from './cluster-commands.ts'
import type { BenchCommandOptions } from './command/bench.ts'
import type { DoctorCommandOptions } from './command/doctor.ts'
import { shells } from './completion/shells.ts'
import { strategies } from './config/settings.ts'
import { countsIn, errorsOf, namesIn, parameterOption, varied } from './option-values.ts'
import type { Teller } from './teller.ts'

const DOCTOR = `
Exit codes:
  0           nothing keeps runs from working; notes are about some runs only
  1           there is a problem, which the table names`

const BENCH = `
Each run is a process of its own, by millrace run, without checkpoints. What the graph prints is not shown; what its sinks do
outside is done once for each run. Times mean little while the machine does other work.

  millrace bench sums.ts --strategies inline,pool --workers 1,2,4
  millrace bench sums.ts --vary count=1000,10000,100000 --out sums.html

Exit codes:
  0           all was measured, but for what a strategy refuses
  1           a run failed, which its line names
  2           nothing was measured: a mistake in the call, the module or the config
  129, 130, 143
              ended by SIGHUP, Ctrl-C or SIGTERM`

/** Adds the commands. */
export function addToolCommands(millrace: Command, { begin, finish }: Teller): void {
  millrace
    .command('bench')
    .configureOutput(errorsOf('millrace bench'))
    .description('measures a graph under several strategies')
    .argument('<module>', 'a .ts or .js file')
    .addOption(parameterOption())
    .option('-c, --config <file>', 'the config of the runs, instead of the one that is found')
    .addOption(
      new Option(
        '--vary <name=values>',
        'a parameter of the graph and its values, with commas between them: the curves go over it',
      ).argParser(varied),
    )
    .addOption(
      new Option('--strategies <list>', 'with commas between them (default: all)').argParser((text: string) =>
        namesIn(text, strategies),
      ),
    )
    .addOption(
      new Option(
        '--workers <list>',
        'how many workers, with commas between several numbers (default: as many as processors)',
      ).argParser(countsIn),
    )
    .addOption(
      new Option('--figure <name>', 'what is compared: items or outputs a second, or how long the run took')
        .choices(['items', 'outputs', 'ms'])
        .default('items'),
    )
    .addOption(countOption('--rounds <count>', 'how often each is measured (default: 3)'))
    .addOption(
      new Option(
        '-o, --out <file>',
        'where to write a report: .html (tables and curves), .svg (curves) or .json; may be given several times',
      ).argParser((text: string, before: readonly string[] = []) => [...before, text]),
    )
    .addOption(
      countOption('--timeout-ms <count>', 'a run that takes longer is ended, and has failed (default: none)'),
    )
    .option('-q, --quiet', 'says nothing between the runs')
    .option('--json', 'prints JSON')
    .addHelpText('after', BENCH)
    .action(async (module: string, options: BenchCommandOptions) => {
      const { benchCommand } = await import('./command/bench.ts')
      finish(await benchCommand(module, options, begin))
    })

  millrace
    .command('doctor')
    .description('says what this machine has for runs, and what would keep them from working')
    .addOption(serversOption(true))
    .option('--json', 'prints JSON')
    .addHelpText('after', DOCTOR)
    .action(async (options: DoctorCommandOptions) => {
      const { doctorCommand } = await import('./command/doctor.ts')
      finish(await doctorCommand(options, DEFAULT_SERVER))
    })

  millrace
    .command('completion')
    .description('prints a script that lets a shell complete the commands and their options')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      '\nbash:  source <(millrace completion bash)\nzsh:   source <(millrace completion zsh)\nfish:  millrace completion fish | source',
    )
    .action(async (shell: (typeof shells)[number]) => {
      const { completionOf } = await import('./completion/completion.ts')
      process.stdout.write(completionOf(millrace, shell))
    })
}
