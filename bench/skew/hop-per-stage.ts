// Two worker threads by hand, and a hop for each stage: a page goes to a worker for one stage, comes back, and goes to
// the next one for the next, as code does that makes every step a task. Several pages are under way.

import { Worker } from 'node:worker_threads'
import { skew, workers } from './contract.ts'
import { type Page, pagesOf, stages, total } from './pages.ts'

/** Pages under way at most. */
const pagesUnderWay = 16

interface Hop {
  readonly stage: number
  readonly page: Page
}

export const prepare = skew(() => {
  const threads = Array.from(
    { length: workers },
    () => new Worker(new URL('./hop-worker.js', import.meta.url)),
  )
  return {
    stages: (count) => {
      const pages = pagesOf(count)
      return () =>
        new Promise<number>((resolve) => {
          let sent = 0
          let done = 0
          let sum = 0
          let hops = 0
          const send = (hop: Hop) => threads[hops++ % workers]?.postMessage(hop)
          const next = () => {
            const page = pages[sent++]
            if (page !== undefined) send({ stage: 0, page })
          }
          const onHop = ({ stage, page }: Hop) => {
            if (stage + 1 < stages.length) return send({ stage: stage + 1, page })
            next()
            sum += total(page)
            if (++done < pages.length) return
            for (const thread of threads) thread.off('message', onHop)
            resolve(sum)
          }
          for (const thread of threads) thread.on('message', onHop)
          for (let n = 0; n < pagesUnderWay; n++) next()
        })
    },
    close: () => Promise.all(threads.map((thread) => thread.terminate())),
  }
})
