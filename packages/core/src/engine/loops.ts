/**
 * Hands out generated loops. Called by `FusedStage`.
 *
 * Stages of one shape share a loop at first: ten thousand branches cost one compilation. A stage that turns out
 * to be busy gets a loop of its own, so that the JIT sees one function at each call site and can inline it.
 * Loops of one's own are kept by the text of the functions they call: the same graph built again finds its
 * loop again, already optimised.
 */

import { MillraceError } from '../errors.ts'
import { loopSource, PARAMETERS, type Shape, shapeKey } from './codegen.ts'

/** A generated loop. `S` is the stage; returns the index after the last item taken. */
export type Loop = (
  S: object,
  source: unknown,
  i: number,
  to: number,
  out: unknown[],
  room: number,
  times: readonly number[] | undefined,
) => number

/** Items after which a stage gets a loop of its own. */
export const HOT_ITEMS = 4096
/** Loops of one's own kept at most; the least recently made go first. */
const MAX_OWN_LOOPS = 1024

const shared = new Map<string, Loop>()
const own = new Map<string, Loop>()
const hot = new WeakSet<object>()
let serial = 0

/** The loop that all stages of this shape share. */
export function sharedLoop(shape: Shape): Loop {
  const key = shapeKey(shape)
  let loop = shared.get(key)
  if (loop === undefined) {
    loop = generate(loopSource(shape))
    shared.set(key, loop)
  }
  return loop
}

/** The loop that samples of this shape share; other functions run in it than in others of the shape. */
export function samplingLoop(shape: Shape): Loop {
  const key = `${shapeKey(shape)} sampling`
  let loop = shared.get(key)
  if (loop === undefined) {
    loop = generate(`${loopSource(shape)}\n// sampling`)
    shared.set(key, loop)
  }
  return loop
}

/** The loop for this shape and these functions alone. */
export function ownLoop(shape: Shape, functions: readonly object[]): Loop {
  const key = `${shapeKey(shape)}\n${functions.map(String).join('\n')}`
  let loop = own.get(key)
  if (loop === undefined) {
    // the number makes the text unique: V8 shares compiled code and type feedback between equal texts
    loop = generate(`${loopSource(shape)}\n// ${serial++}`)
    own.set(key, loop)
    if (own.size > MAX_OWN_LOOPS) own.delete(own.keys().next().value as string)
  }
  for (const f of functions) hot.add(f)
  return loop
}

/** Whether all of these very functions have been busy before. */
export function areHot(functions: readonly object[]): boolean {
  return functions.length > 0 && functions.every((f) => hot.has(f))
}

function generate(source: string): Loop {
  try {
    return new Function(...PARAMETERS, source) as Loop
  } catch (cause) {
    throw new MillraceError(
      'CODE_GENERATION_REFUSED',
      'Millrace generates the loops it runs, and this process refuses generated code ' +
        '(--disallow-code-generation-from-strings). Run Node without that flag.',
      { cause },
    )
  }
}
