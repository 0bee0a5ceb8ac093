/** `pictureOf`: what a term has drawn so far. Called for the pictures of a run. */

import type { Context } from '../contracts.ts'
import type { AnyLeaf } from '../graph/graph.ts'
import type { TermPicture } from '../stats.ts'

/** The picture; `undefined` if there is none yet, or the term fails to draw it: that is no reason to fail whoever looks. */
export function pictureOf(leaf: AnyLeaf, context: Context<never, never>): TermPicture | undefined {
  try {
    return leaf.picture?.(context)
  } catch {
    return undefined
  }
}
