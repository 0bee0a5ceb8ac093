/**
 * `SourceTrack`: how far a source has been read, to the item, although it reads ahead; and how it is begun there again.
 * Called by `FusedStage` for sources.
 */

import type { Kernel } from '../contracts.ts'
import type { AnyLeaf } from '../graph/graph.ts'
import type { NodeContext } from './context.ts'
import type { Frame } from './frame.ts'

/** A place in a source: so many values behind `at`, which is what the source said itself, or its begin. */
export interface SourcePosition {
  readonly at: unknown
  readonly skip: number
}

type SourceKernel = Extract<Kernel, { readonly kind: 'source' | 'batches' }>

/** What a source that can seek brings. */
interface Seeking {
  position?(batch: readonly unknown[]): unknown
  begin?(first: readonly unknown[], last: readonly unknown[]): unknown
  seek?(position: unknown, ctx: NodeContext): unknown
}

/** Follows one source. */
export class SourceTrack {
  readonly #leaf: Seeking
  readonly #kernel: SourceKernel
  #at: unknown
  #skip = 0
  /** Values to pass over: they were given before the run was resumed. */
  #toSkip = 0
  /** What is being read; it counts the values taken off it. */
  #frame: Frame | undefined
  /** Where the source goes on behind it, if it says so. */
  #behind: unknown

  constructor(leaf: AnyLeaf, kernel: SourceKernel) {
    this.#leaf = leaf as unknown as Seeking
    this.#kernel = kernel
  }

  /** What the source gives, from its begin or from a position on. */
  open(ctx: NodeContext, from: SourcePosition | undefined): unknown {
    const { kind, f, self } = this.#kernel
    const begin = (): unknown => (f as unknown as (ctx: unknown) => unknown).call(self, ctx)
    if (from === undefined) return begin()
    const { at, skip } = from
    const leaf = this.#leaf
    if (kind === 'source' && leaf.seek !== undefined) {
      this.#skip = skip
      return leaf.seek(skip, ctx)
    }
    this.#toSkip = skip
    if (at === undefined || leaf.seek === undefined) return begin()
    this.#at = at
    return leaf.seek(at, ctx)
  }

  /** All that the source gives is this frame: an array, or an iterator that loops read. */
  whole(frame: Frame): void {
    this.#frame = frame
    if (frame.iterator === undefined) frame.at = Math.min(this.#toSkip, frame.to)
    else {
      for (; frame.at < this.#toSkip; frame.at++) {
        if (frame.iterator.next().done !== true) continue
        frame.to = 0
        break
      }
    }
    this.#toSkip = 0
  }

  /** The next part of what the source gives, made of these batches; all before it has been taken. */
  part(frame: Frame, first: readonly unknown[] | undefined, last = first): void {
    const begin = first === undefined ? undefined : this.#leaf.begin?.(first, last as readonly unknown[])
    if (begin !== undefined || this.#behind !== undefined) {
      this.#at = begin ?? this.#behind
      this.#skip = 0
    } else this.#skip += this.#frame?.items.length ?? 0
    this.#frame = frame
    this.#behind = last === undefined ? undefined : this.#leaf.position?.(last)
    frame.at = Math.min(this.#toSkip, frame.to)
    this.#toSkip -= frame.at
  }

  /** Whether this frame is read again from the source, and so needs not be saved. */
  covers(frame: Frame): boolean {
    return frame === this.#frame
  }

  /** The place behind all that was taken. */
  get position(): SourcePosition {
    const frame = this.#frame
    // all of a part is behind: where a log has grown, its items would come in other parts the next time
    if (this.#behind !== undefined && frame !== undefined && frame.at >= frame.to && this.#toSkip === 0) {
      return { at: this.#behind, skip: 0 }
    }
    return { at: this.#at, skip: this.#skip + (this.#frame?.at ?? 0) + this.#toSkip }
  }
}
