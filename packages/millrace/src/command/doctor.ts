/** `millrace doctor`: says what this machine has for runs, and what would keep them from working. Called by `cli.ts`. */

import { BadInputError, MillraceError } from '@millrace/core'
import { placementFor } from '@millrace/scheduler'
import { resolveConfig } from '../config/resolve.ts'
import { type Finding, ok, problem } from '../doctor/finding.ts'
import { machineFindings } from '../doctor/machine.ts'
import { packageFindings } from '../doctor/packages.ts'
import { serviceFindings } from '../doctor/services.ts'

/** Options of `millrace doctor`. */
export interface DoctorCommandOptions {
  readonly servers?: readonly string[]
  readonly json?: true
}

/** The exit code if there is a problem. */
const ILL = 1

/** Prints to stdout. Resolves to the exit code. `server` is asked for where none was given. */
export async function doctorCommand(
  { servers, json }: DoctorCommandOptions,
  server: string,
): Promise<number> {
  const findings = [
    ...(await machineFindings()),
    ...packageFindings(process.cwd()),
    buildFinding(),
    await configFinding(),
    ...(await serviceFindings(servers ?? [server], servers !== undefined)),
  ]
  process.stdout.write(json === true ? `${JSON.stringify(findings, null, 2)}\n` : tableOf(findings))
  return findings.some(({ level }) => level === 'problem') ? ILL : 0
}

/** Whether the files are there that workers begin with. */
function buildFinding(): Finding {
  try {
    placementFor({ strategy: 'pool', workers: 1 })
    return ok("workers' files", 'there')
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    return problem("workers' files", 'missing', error.message)
  }
}

async function configFinding(): Promise<Finding> {
  try {
    const { file, config } = await resolveConfig({ flags: {} })
    return ok('config', file ?? 'none', `strategy ${config.scheduler?.strategy ?? 'inline'}`)
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error
    return problem('config', 'it cannot be used', error.message.replace(/\s*\n\s*/g, ' '))
  }
}

function tableOf(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length))
  return findings
    .map(({ what, level, seen, advice }) => {
      const shown = advice === '' ? seen : `${seen}: ${advice}`
      return `${level.padEnd('problem'.length)}  ${what.padEnd(width)}  ${shown}\n`
    })
    .join('')
}
