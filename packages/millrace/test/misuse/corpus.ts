/** The whole misuse corpus, by area. */

import { configCases } from './config.ts'
import { fileCases } from './files.ts'
import { flagCases } from './flags.ts'
import { letterCases } from './letters.ts'
import type { CliMisuse } from './misuse.ts'
import { moduleCases } from './modules.ts'
import { runCases } from './runs.ts'
import { workerCases } from './workers.ts'

export { programCases } from './terms.ts'

/** Cases of the command line. */
export const commandCases: Readonly<Record<string, readonly CliMisuse[]>> = {
  flags: flagCases,
  config: configCases,
  modules: moduleCases,
  files: fileCases,
  letters: letterCases,
  runs: runCases,
  workers: workerCases,
}
