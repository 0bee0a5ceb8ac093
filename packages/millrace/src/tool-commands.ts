/** The commands about Millrace itself rather than a graph: `doctor`, `completion`. Called by `cli.ts`. */

import { Argument, type Command } from 'commander'
import { DEFAULT_SERVER, serversOption } from './cluster-commands.ts'
import type { DoctorCommandOptions } from './command/doctor.ts'
import { shells } from './completion/shells.ts'

const DOCTOR = `
Exit codes:
  0           nothing keeps runs from working; notes are about some runs only
  1           there is a problem, which the table names`

/** Adds the commands. */
export function addToolCommands(millrace: Command, finish: (code: number) => void): void {
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
