// Queens on a board, none of which attacks another: the tree of all ways to put them, row by row. A board is a node of
// the tree; its columns and diagonals are bits (J. Richards, "Backtracking Algorithms in MCPL using Bit Patterns and
// Recursion", 1997). Pure; every contender expands boards with `children`.

export interface Board {
  readonly row: number
  readonly columns: number
  readonly left: number
  readonly right: number
}

export const emptyBoard: Board = { row: 0, columns: 0, left: 0, right: 0 }

/** The boards with one queen more. */
export function children({ row, columns, left, right }: Board, size: number): Board[] {
  const boards: Board[] = []
  let free = ((1 << size) - 1) & ~(columns | left | right)
  while (free !== 0) {
    const queen = free & -free
    free ^= queen
    boards.push({
      row: row + 1,
      columns: columns | queen,
      left: (left | queen) << 1,
      right: (right | queen) >> 1,
    })
  }
  return boards
}

/** All nodes of the tree, the empty board among them, and how many are full boards. Known since the 19th century. */
export const trees: readonly {
  readonly size: number
  readonly boards: number
  readonly solutions: number
}[] = [
  { size: 6, boards: 153, solutions: 4 },
  { size: 7, boards: 552, solutions: 40 },
  { size: 8, boards: 2_057, solutions: 92 },
  { size: 9, boards: 8_394, solutions: 352 },
  { size: 10, boards: 35_539, solutions: 724 },
  { size: 11, boards: 166_926, solutions: 2_680 },
  { size: 12, boards: 856_189, solutions: 14_200 },
  { size: 13, boards: 4_674_890, solutions: 73_712 },
]

/** Solutions below a board, by recursion: what a person writes who needs no stream. */
export function countBelow(board: Board, size: number): number {
  if (board.row === size) return 1
  let solutions = 0
  for (const child of children(board, size)) solutions += countBelow(child, size)
  return solutions
}
