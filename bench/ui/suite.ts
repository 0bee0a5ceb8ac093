// The suite of the page: what it costs to look at a run, in the process that runs and in the browser. Processor time where
// that can be told, since it is the same on a machine that others use, too. Needs Chromium.
// The harness reads these lists; page.ts measures.

import type { Suite } from '../harness/contracts.ts'
import { chromiumPath } from './chromium.ts'
import { uiRatios } from './ratios.ts'

const window = { warmUpRuns: 0, warmUpMs: 0, measureMs: 0, leastRuns: 1 } as const

export const suite: Suite = {
  name: 'ui',
  question: 'what does it cost to watch a run?',
  isApart: true,
  subject: 'page',
  figure: { name: 'costShare', label: 'cost', better: 'lower' },
  columns: [
    { figure: 'firstPaintMs', label: 'first paint ms' },
    { figure: 'readyMs', label: 'ready ms' },
    { figure: 'statesMs', label: 'states ms' },
    { figure: 'nodeShare', label: 'of a core, process' },
    { figure: 'pageShare', label: 'of a core, page' },
    { figure: 'throughput', label: 'throughput' },
    { figure: 'vsOtherPage', label: 'vs other page' },
    { figure: 'itemsPerSecond', label: 'items/s' },
    { figure: 'mostShown', label: 'shown in 500 ms' },
  ],
  window: { quick: window, full: window },
  rounds: { quick: 1, full: 3 },
  absent: () =>
    chromiumPath() === undefined ? { page: 'no Chromium was found' } : ({} as Record<string, string>),
  contenders: [{ name: 'page', file: 'page.ts', backpressure: true }],
  workloads: [
    { name: 'mainJob', items: { quick: 5, full: 15 } },
    { name: 'small', items: { quick: 1, full: 1 } },
    { name: 'tenThousand', items: { quick: 10_000, full: 10_000 } },
    { name: 'tap', items: { quick: 200_000_000, full: 400_000_000 } },
  ],
  targets: [
    { ratio: 'mainJob.throughput', atLeast: 0.97 },
    { ratio: 'mainJob.vsOtherPage', atLeast: 0.97 },
    { ratio: 'small.readyMs', atMost: 1000 },
    { ratio: 'small.statesMs', atMost: 3000 },
    { ratio: 'tenThousand.firstPaintMs', atMost: 2000 },
    { ratio: 'tenThousand.shareOfACore', atMost: 0.05 },
    { ratio: 'tap.mostShown', atMost: 100 },
    { ratio: 'tap.itemsPerSecond', atLeast: 1_000_000 },
  ],
  ratios: uiRatios,
}
