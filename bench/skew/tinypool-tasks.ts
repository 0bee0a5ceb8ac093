// The tasks of tinypool.ts.

import { spin } from '../shared/spin.ts'
import { type Board, children } from './boards.ts'
import { type Page, stages } from './pages.ts'

export const spinOne = ({ n, steps }: { readonly n: number; readonly steps: number }): number =>
  spin(n, steps)

export const expand = ({ board, size }: { readonly board: Board; readonly size: number }): Board[] =>
  children(board, size)

export const runStage = ({ stage, page }: { readonly stage: number; readonly page: Page }) =>
  stages[stage]?.(page)
