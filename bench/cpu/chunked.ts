// A pool that is sent chunks of the best size. Called by the contenders that are such pools; the results come back
// item by item inside the chunks, since what follows in a stream wants items.

import type { Figures } from '../harness/contracts.ts'
import { sumOfCalls } from '../shared/bounded.ts'
import { fastestOf } from '../shared/tune.ts'
import { chunkSizes, type Ready, type Spins } from './contract.ts'
import type { Chunk } from './tasks.ts'

export async function inChunks(
  spins: Spins,
  send: (chunk: Chunk) => Promise<readonly number[]>,
  close: () => unknown,
): Promise<Ready> {
  const { items, steps } = spins
  const run = (size: number) =>
    sumOfCalls(Math.ceil(items / size), async (index) => {
      const from = index * size
      const numbers = Array.from({ length: Math.min(size, items - from) }, (_, at) => from + at)
      return (await send({ numbers, steps })).reduce((sum, end) => sum + end, 0)
    })
  const chunkItems = await fastestOf(chunkSizes(spins), run)
  return { run: () => run(chunkItems), figures: (): Figures => ({ chunkItems }), close }
}
