// tinypool with a task for everything: per item, per board, per page and stage; at most 64 at a time.

import Tinypool from 'tinypool'
import { sumOfCalls } from '../shared/bounded.ts'
import { type Board, emptyBoard } from './boards.ts'
import { skew, workers } from './contract.ts'
import { type Page, pagesOf, stages, total } from './pages.ts'

/** Boards handed to the pool and not answered yet, at most. */
const boardsUnderWay = 64

export const prepare = skew(() => {
  const filename = new URL('./tinypool-tasks.js', import.meta.url).href
  const pool = new Tinypool({ filename, minThreads: workers, maxThreads: workers })
  return {
    heavyTail: () => (costs) =>
      sumOfCalls(costs.length, (n) => pool.run({ n, steps: costs[n] }, { name: 'spinOne' })),
    queens: (size) => () => countBoards(size, (board) => pool.run({ board, size }, { name: 'expand' })),
    stages: (count) => {
      const pages = pagesOf(count)
      return () =>
        sumOfCalls(pages.length, async (n) => {
          let page = pages[n] as Page
          for (let stage = 0; stage < stages.length; stage++) {
            page = await pool.run({ stage, page }, { name: 'runStage' })
          }
          return total(page)
        })
    },
    close: () => pool.destroy(),
  }
})

/** Walks the tree, newest board first, so that few boards wait. */
function countBoards(size: number, expand: (board: Board) => Promise<Board[]>): Promise<number> {
  return new Promise((resolve, reject) => {
    const waiting: Board[] = [emptyBoard]
    let underWay = 0
    let solutions = 0
    const proceed = () => {
      while (underWay < boardsUnderWay) {
        const board = waiting.pop()
        if (board === undefined) break
        underWay++
        expand(board).then((boards) => {
          underWay--
          for (const next of boards) {
            if (next.row === size) solutions++
            else waiting.push(next)
          }
          proceed()
        }, reject)
      }
      if (underWay === 0) resolve(solutions)
    }
    proceed()
  })
}
