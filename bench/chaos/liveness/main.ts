// The liveness script: every run settles, every process ends, no worker is lost that no run hangs in.
//
//   node --import tsx bench/chaos/liveness/main.ts [--programs 500] [--kinds 28,30] [--strategies pool,hybrid]
//     [--per-process 10] [--at-once 2] [--end-ms 1000]
//
// A program is one `play` of a kind: the runs that its file describes, in a process that has begun with nothing but other
// programs of that kind before it. A process plays `--per-process` of them, one after the other (1: a real process for each),
// and must end by itself within `--end-ms` of its last run. Exit code 0: all as it must be; 1: not; 2: bad arguments.

import { parseArgs } from 'node:util'
import { KINDS, play, preparePrograms, STRATEGIES } from './play.ts'

const text = { type: 'string' } as const

function readOptions() {
  const { values } = parseArgs({
    options: {
      programs: { ...text, default: '30' },
      kinds: { ...text, default: Object.keys(KINDS).join() },
      strategies: { ...text, default: STRATEGIES.join() },
      'per-process': { ...text, default: '10' },
      'at-once': { ...text, default: '2' },
      'end-ms': { ...text, default: '1000' },
    },
  })
  const kinds = values.kinds.split(',')
  const strategies = values.strategies.split(',')
  const unknown = [
    ...kinds.filter((kind) => !(kind in KINDS)),
    ...strategies.filter((name) => !STRATEGIES.some((known) => known === name)),
  ]
  const numbers = {
    programs: Number(values.programs),
    perProcess: Number(values['per-process']),
    atOnce: Number(values['at-once']),
    endMs: Number(values['end-ms']),
  }
  if (unknown.length > 0) throw new RangeError(`There is no ${unknown.join(', ')}.`)
  if (Object.values(numbers).some((value) => !(value >= 1))) throw new RangeError('Numbers are 1 or more.')
  return { kinds: kinds as (keyof typeof KINDS)[], strategies, numbers }
}

async function main(): Promise<number> {
  const { kinds, strategies, numbers } = readOptions()
  preparePrograms()
  let wrong = 0
  for (const kind of kinds)
    for (const file of KINDS[kind])
      for (const strategy of strategies) {
        const since = performance.now()
        const complaints = await play(file, strategy, numbers)
        const seconds = ((performance.now() - since) / 1000).toFixed(1)
        const verdict = complaints.length === 0 ? 'ok' : `${complaints.length} complaints`
        console.log(`${kind} ${file} ${strategy}: ${numbers.programs} programs, ${verdict} (${seconds} s)`)
        for (const line of complaints.slice(0, 5)) console.log(`    ${line}`)
        wrong += complaints.length
      }
  return wrong === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
