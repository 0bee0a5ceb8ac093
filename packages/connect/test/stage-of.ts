/** `stageOf`: the table in which rows of a sink wait, by the sink's id. For tests that clear up. */

import { createHash } from 'node:crypto'

export function stageOf(id: string): string {
  return `millrace_stage_${createHash('sha256').update(id).digest('hex').slice(0, 16)}`
}
