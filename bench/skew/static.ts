// Two worker threads by hand, each with a fixed half: of the costs, of the boards with two queens, of the pages. The
// pages go one by one, through all stages in one thread, so a worker has the next one while it works.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { children, emptyBoard } from './boards.ts'
import { skew, workers } from './contract.ts'
import { type Page, pagesOf, total } from './pages.ts'

/** Pages sent to a worker and not back yet, at most. */
const pagesUnderWay = 4

export const prepare = skew(() => {
  const threads = Array.from(
    { length: workers },
    () => new Worker(new URL('./static-worker.js', import.meta.url)),
  )
  const halvesOf = <T>(all: readonly T[]) =>
    threads.map((thread, half) => ({
      thread,
      half: all.slice((half * all.length) / workers, ((half + 1) * all.length) / workers),
      from: Math.floor((half * all.length) / workers),
    }))
  const sumOf = async (parts: Promise<number>[]) =>
    (await Promise.all(parts)).reduce((sum, part) => sum + part, 0)
  const ask = async (thread: Worker, question: unknown) => {
    thread.postMessage(question)
    const [answer] = (await once(thread, 'message')) as [number]
    return answer
  }

  return {
    heavyTail: () => (costs) =>
      sumOf(
        halvesOf(costs).map(({ thread, half, from }) => ask(thread, { kind: 'costs', costs: half, from })),
      ),
    queens: (size) => () => {
      const boards = children(emptyBoard, size).flatMap((board) => children(board, size))
      return sumOf(
        halvesOf(boards).map(({ thread, half }) => ask(thread, { kind: 'boards', boards: half, size })),
      )
    },
    stages: (count) => {
      const pages = pagesOf(count)
      return () => sumOf(halvesOf(pages).map(({ thread, half }) => throughThread(thread, half)))
    },
    close: () => Promise.all(threads.map((thread) => thread.terminate())),
  }
})

function throughThread(thread: Worker, pages: readonly Page[]): Promise<number> {
  return new Promise((resolve) => {
    let sent = 0
    let received = 0
    let sum = 0
    const send = () => {
      if (sent < pages.length) thread.postMessage({ kind: 'page', page: pages[sent++] })
    }
    const onPage = (page: Page) => {
      send()
      sum += total(page)
      if (++received < pages.length) return
      thread.off('message', onPage)
      resolve(sum)
    }
    thread.on('message', onPage)
    for (let n = 0; n < pagesUnderWay; n++) send()
  })
}
