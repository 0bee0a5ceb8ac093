/** `peekAt`: a tap that is begun while the run goes on, from its page. Called by `ui/attach.ts`. */

import type { GraphJson, Run, Stats } from '@millrace/core'
import type { TapLines } from '@millrace/ui'
import { placeOf } from './tap-options.ts'
import { TapSampler } from './tap-sampler.ts'

/**
 * Shows a few of the items that leave `TERM[:PORT]`, as text. Returns how to stop.
 *
 * @throws {InvalidOptionError} for a term or port that there is not; {WrongStateError} where its items are not seen.
 */
export function peekAt(
  running: Run,
  graph: GraphJson,
  name: string,
  limit: number,
  tell: (lines: TapLines) => void,
): () => void {
  const place = placeOf(name, graph)
  const passed = (): number => passedOf(running.stats(), place)
  let before = passed()
  const sampler = new TapSampler(limit, ({ items }) => {
    const now = passed()
    // figures of workers come a little late
    const skipped = Math.max(0, now - before - items.length)
    before = now
    tell({ term: name, items, skipped })
  })
  const stop = running.peek({
    ...place,
    get isWanted() {
      return sampler.isWanted
    },
    onItem: (item) => sampler.onItem(item),
  })
  return () => {
    stop()
    sampler.flush()
  }
}

/** Items that have left a term, or one of its ports; of a sink, those that have entered it. */
function passedOf(
  { nodes, edges }: Stats,
  { term, port }: { readonly term: string; readonly port?: string },
): number {
  const from = edges.filter((edge) => edge.from === term && (port === undefined || edge.output === port))
  const node = nodes.find(({ id }) => id === term)
  if (port !== undefined) return Math.max(0, ...from.map(({ sent }) => sent))
  return (node?.out === 0 && from.length === 0 ? node.in : node?.out) ?? 0
}
