// tinypool with a task per chunk; the best of several chunk sizes is found before the clock starts.

import Tinypool from 'tinypool'
import { inChunks } from './chunked.ts'
import { cpu, workers } from './contract.ts'

export const prepare = cpu((spins) => {
  const filename = new URL('./tasks.js', import.meta.url).href
  const pool = new Tinypool({ filename, minThreads: workers, maxThreads: workers })
  return inChunks(
    spins,
    (chunk) => pool.run(chunk, { name: 'spinChunk' }),
    () => pool.destroy(),
  )
})
