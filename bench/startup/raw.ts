// Two worker threads by hand: the items are posted to them in turn, before they are up.

import { startup, workers } from './contract.ts'

export const prepare = startup(async () => {
  const { Worker } = await import('node:worker_threads')
  const threads = Array.from(
    { length: workers },
    () => new Worker(new URL('./raw-worker.js', import.meta.url)),
  )
  return {
    run: ({ items, steps }, sink) =>
      new Promise<void>((resolve) => {
        let outputs = 0
        for (const thread of threads) {
          thread.on('message', (output: number) => {
            sink(output)
            if (++outputs === items) resolve()
          })
        }
        for (let n = 0; n < items; n++) threads[n % workers]?.postMessage({ n, steps })
      }),
    close: () => Promise.all(threads.map((thread) => thread.terminate())),
  }
})
