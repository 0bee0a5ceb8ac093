// The process that plays programs of one kind under one strategy: `node program.js <kind> <strategy> <programs>`. Started by
// `liveness.ts`. Prints what was wrong and when the last run had settled, then has nothing more to do: it must end.

import type { SchedulerOptions, Strategy } from 'millrace'
import type { Kind } from './kind.ts'

/** No program takes as long; the longest, of kind 29, takes two seconds. */
const DEADLINE_MS = 30_000

const [, , name, strategy, programs] = process.argv
const { kind } = (await import(`./${name}.js`)) as { readonly kind: Kind }
const scheduler: SchedulerOptions = {
  strategy: strategy as Strategy,
  ...(strategy === 'inline' || strategy === 'dedicated' ? {} : { workers: 2 }),
}

async function play(): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(resolve, DEADLINE_MS, [`not settled after ${DEADLINE_MS} ms`])
  })
  try {
    return await Promise.race([kind.play(scheduler), late])
  } finally {
    clearTimeout(timer)
  }
}

const complaints: string[] = []
for (let at = 0; at < Number(programs) && complaints.length === 0; at++) {
  complaints.push(...(await play()).map((line) => `program ${at}: ${line}`))
}
console.log(JSON.stringify({ complaints, settledAt: Date.now() }))
