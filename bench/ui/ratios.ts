// The figures of the suite of the page, by what they are of. Pure: called by the suite with the rows.

import type { Row } from '../harness/contracts.ts'

/** What was not measured is not there. */
export function uiRatios(rows: readonly Row[]): Record<string, number> {
  const of = (workload: string, figure: string): number | undefined =>
    rows.find((row) => row.workload === workload)?.figures[figure]?.median
  const [node, page] = [of('tenThousand', 'nodeShare'), of('tenThousand', 'pageShare')]
  const all = {
    'mainJob.throughput': of('mainJob', 'throughput'),
    'mainJob.vsOtherPage': of('mainJob', 'vsOtherPage'),
    'small.readyMs': of('small', 'readyMs'),
    'small.statesMs': of('small', 'statesMs'),
    'tenThousand.firstPaintMs': of('tenThousand', 'firstPaintMs'),
    'tenThousand.readyMs': of('tenThousand', 'readyMs'),
    'tenThousand.shareOfACore': node === undefined || page === undefined ? undefined : node + page,
    'tap.mostShown': of('tap', 'mostShown'),
    'tap.itemsPerSecond': of('tap', 'itemsPerSecond'),
  }
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, number] => entry[1] !== undefined),
  )
}
