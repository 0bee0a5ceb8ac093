/** What a node of a part runs, where its part may be begun anew. Called by `makePartGraph`. */

import type { Kernel } from '@millrace/core'
import { isAsyncIterable, isIterable, type Node } from '@millrace/core/engine'

type SourceKernel = Extract<Kernel, { readonly kind: 'source' | 'batches' }>

/** What a source may say of itself. */
interface Replayable {
  readonly isReplayable?: unknown
  readonly seek?: unknown
  readonly live?: unknown
}

/**
 * The kernel of `node`, which goes on from `state`. `onLive` is called if it turns out to be a source that may give
 * other items when it is begun anew: an async one that neither can seek nor says that it is replayable.
 */
export function resumedKernel({ leaf, id }: Node, state: unknown, onLive: (id: string) => void): Kernel {
  const kernel = leaf.kernel()
  if (kernel.kind === 'take' && typeof state === 'number') return { kind: 'take', count: state }
  if (kernel.kind !== 'source' && kernel.kind !== 'batches') return kernel
  const { isReplayable, seek, live } = leaf as unknown as Replayable
  // what a live source gave cannot be passed over by counting, though a checkpoint knows its place
  if (isReplayable === true || (typeof seek === 'function' && live !== true)) return kernel
  return { ...kernel, f: watched(kernel, () => onLive(id)) }
}

function watched({ f, self }: SourceKernel, onLive: () => void): SourceKernel['f'] {
  return (ctx) => {
    const opened = f.call(self, ctx)
    if (isAsyncIterable(opened) && !isIterable(opened)) onLive()
    return opened
  }
}
