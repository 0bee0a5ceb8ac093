/** What hosts of one run must agree in beside the graph. Called by `worker.ts` and `distributed.ts`. */

import { packageVersion } from '../version.ts'
import type { Parameters } from './parameters.ts'

/** A line for the version of Millrace, and one for each parameter. */
export function sharedLines(params: Parameters): string[] {
  const given = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))
  return [`Millrace ${packageVersion()}`, ...given.map(([name, value]) => `parameter ${name}=${value}`)]
}
