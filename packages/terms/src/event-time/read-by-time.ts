/**
 * `readByTime`: reads several inputs in the order of their times. How joins and `mergeByTime` get one answer under
 * every scheduler: which input is read next follows from the items alone, never from which came first.
 *
 * It holds the next item of each input and takes the earliest; an input that has none yet is waited for, and the others
 * are held back meanwhile. So the watermark is the least of the inputs' ones.
 */

import { BadInputError, type StreamContext, type View } from '@millrace/core'

/** The next item of one input. */
export interface Head {
  /** The input's name. */
  readonly input: string
  readonly item: unknown
  /** Its time. */
  readonly at: number
  /** The latest time of its input, itself included: inputs are read in the order of these. */
  readonly latest: number
  /** It was handed out, and the next one of its input is waited for. */
  isTaken: boolean
}

/** What a reader holds. Plain data, part of its term's state. */
export interface ReadState {
  readonly heads: Map<string, Head>
}

/**
 * Calls `step` with the items of all inputs and emits what it returns; of equal times, those of the input named first in
 * `names` come first.
 */
export async function readByTime<State extends ReadState, Out>(
  views: Readonly<Record<string, View<unknown>>>,
  names: readonly string[],
  timeOf: (input: string, item: unknown) => number,
  ctx: StreamContext<State, Out>,
  step: (head: Head, ctx: StreamContext<State, Out>) => readonly Out[],
): Promise<void> {
  const { heads } = ctx.state
  const fill = async (input: string, before: number): Promise<void> => {
    const item = await (views[input] as View<unknown>).next()
    if (item === undefined) heads.delete(input)
    else {
      const at = timeOf(input, item)
      heads.set(input, { input, item, at, latest: Math.max(before, at), isTaken: false })
    }
  }
  for (const input of names) {
    // a run that goes on from a checkpoint has some already
    const head = heads.get(input)
    if (head === undefined || head.isTaken) await fill(input, head?.latest ?? Number.NEGATIVE_INFINITY)
  }
  for (;;) {
    let first: Head | undefined
    for (const name of names) {
      const head = heads.get(name)
      if (head !== undefined && (first === undefined || head.latest < first.latest)) first = head
    }
    if (first === undefined) return
    for (const out of step(first, ctx)) await ctx.emit(out)
    first.isTaken = true
    await fill(first.input, first.latest)
  }
}

/** @throws {BadInputError} if the inputs of a join are not those it reads. */
export function checkInputs(
  owner: string,
  views: Readonly<Record<string, unknown>>,
  names: readonly string[],
): void {
  const seen = Object.keys(views)
  if (names.length === seen.length && names.every((name) => seen.includes(name))) return
  throw new BadInputError(
    `${owner}() reads the inputs ${names.join(' and ')}, but got ${seen.join(', ')}. ` +
      `Pipe parallel({ ${names.map((name) => `${name}: …`).join(', ')} }) into it.`,
  )
}
