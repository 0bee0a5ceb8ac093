// The graph of the queens: a feedback loop that expands boards until they are full.
//
//   empty board -+
//                +-> merge -> expand -+-> not full -> back to merge
//                                     +-> full -> count

import { graph, parallel, type Term } from 'millrace'
import { filter, flatMap, fromIterable, merge, reduce } from 'millrace/terms'
import { type Board, children, emptyBoard } from './boards.ts'

export default graph(import.meta.url, ({ size }: { readonly size: number }) => {
  const join = merge<{ start: Board; back: Board }>()
  const expand = flatMap((board: Board) => children(board, size))
  const back = join.pipe(
    expand,
    filter((board) => board.row < size),
  )
  const solutions: Term<never, number> = parallel({ start: fromIterable([emptyBoard]), back }).pipe(
    join,
    expand,
    filter((board) => board.row === size),
    reduce((count) => count + 1, 0),
  )
  return solutions
})
