// The threads of static.ts: the sum or the count of a half, or a page after all stages.

import { parentPort } from 'node:worker_threads'
import { spin } from '../shared/spin.ts'
import { type Board, countBelow } from './boards.ts'
import { type Page, stages } from './pages.ts'

type Question =
  | { readonly kind: 'costs'; readonly costs: readonly number[]; readonly from: number }
  | { readonly kind: 'boards'; readonly boards: readonly Board[]; readonly size: number }
  | { readonly kind: 'page'; readonly page: Page }

parentPort?.on('message', (question: Question) => parentPort?.postMessage(answer(question)))

function answer(question: Question): number | Page {
  switch (question.kind) {
    case 'costs':
      return question.costs.reduce((sum, steps, at) => sum + spin(question.from + at, steps), 0)
    case 'boards':
      return question.boards.reduce((sum, board) => sum + countBelow(board, question.size), 0)
    case 'page':
      return stages.reduce((last, stage) => stage(last), question.page)
  }
}
