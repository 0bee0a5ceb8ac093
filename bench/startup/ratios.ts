// The ratios of the startup suite, from its rows. Pure; called once all rounds are done.

import type { Row } from '../harness/contracts.ts'
import { figuresOf, quotients } from '../harness/ratios.ts'
import { camelCase, ratioName } from '../harness/statistics.ts'

const strategies = ['inline', 'dedicated', 'pool', 'work-stealing', 'hybrid']
const peers = ['tinypool', 'piscina', 'raw']

/** Times over times: below 1 is better. */
export function startupRatios(rows: readonly Row[]): Record<string, number> {
  const figures = { firstOutput: 'firstOutputMs', lastOutput: 'lastOutputMs', exit: 'exitMs' }
  return quotients(
    Object.entries(figures).flatMap(([name, figure]) => {
      const ms = figuresOf(rows, figure)
      return strategies.flatMap((strategy) =>
        peers.map(
          (peer) =>
            [
              `${name}.${camelCase(strategy)}Vs${ratioName(peer)}`,
              ms('cold', strategy),
              ms('cold', peer),
            ] as const,
        ),
      )
    }),
  )
}
