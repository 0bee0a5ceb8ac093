// The ratios of the transport suite, from its rows. Pure; called once all rounds are done.

import type { Row } from '../harness/contracts.ts'
import { figuresOf, quotients } from '../harness/ratios.ts'

export function transportRatios(rows: readonly Row[]): Record<string, number> {
  const speed = figuresOf(rows, 'itemsPerSecond')
  return quotients(
    ['records', 'numeric'].flatMap((kind) => {
      const of = (contender: string) => speed(kind, contender)
      const better = Math.max(of('pool') ?? 0, of('work-stealing') ?? 0) || undefined
      return [
        [`${kind}.vsRaw`, better, of('raw')],
        [`${kind}.vsColumns`, better, of('columns')],
        [`${kind}.vsTinypool`, better, of('tinypool')],
      ] as const
    }),
  )
}
