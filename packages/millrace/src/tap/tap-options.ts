/** `--tap TERM[:PORT]`, as the graph understands it. Called by `command/run.ts` and `tap/peek-at.ts`. */

import type { Graph, Tap } from '@millrace/core'
import { MAX_TAPPED, type Tapped, TapSampler } from './tap-sampler.ts'

/** The taps of a run, and how to show what they have seen last. */
export interface Taps {
  readonly taps: readonly Tap[]
  flush(): void
}

/** What `TERM[:PORT]` names. A term may have a colon in its name: then the name goes before the port. */
export function placeOf(
  name: string,
  { nodes }: { readonly nodes: readonly { readonly id: string }[] },
): Pick<Tap, 'term' | 'port'> {
  const colon = name.lastIndexOf(':')
  if (colon < 0 || nodes.some(({ id }) => id === name)) return { term: name }
  return { term: name.slice(0, colon), port: name.slice(colon + 1) }
}

/** The taps that `--tap` asks for. */
export function tapsOf(
  names: readonly string[],
  graph: Graph,
  limit: number | undefined,
  tell: (term: string, tapped: Tapped) => void,
): Taps {
  const samplers: TapSampler[] = []
  const taps = names.map((name): Tap => {
    const sampler = new TapSampler(limit ?? MAX_TAPPED, (tapped) => tell(name, tapped))
    samplers.push(sampler)
    const onItem = (item: unknown): void => sampler.onItem(item)
    return { ...placeOf(name, graph), onItem }
  })
  return {
    taps,
    flush() {
      for (const sampler of samplers) sampler.flush()
    },
  }
}
