/**
 * `LettersWork`: the task that takes the dead letters of all others, at the command that started the run. Where they go is
 * part of what it commits: a command that is started again goes on behind what counts, or is refused if it names another
 * place.
 */

import { BadInputError, type DeadLetter } from '@millrace/core'
import type { ReadPosition } from '../port/records.ts'
import type { CommittedChunk } from '../protocol/read-committed.ts'
import type { Ended, Surroundings, TaskShape, Work } from '../protocol/work.ts'
import { fromBytes, toBytes } from './bytes.ts'
import { lettersOf } from './letters.ts'

/** Where dead letters are kept. */
export interface LetterTarget {
  /** Which place it is: the same for the same file only. */
  readonly place: string
  /** Called before anything else. What lies behind `position` does not count; `undefined` at the first start. */
  begin(position: number | undefined): Promise<void>
  /** Takes letters. */
  add(letters: readonly DeadLetter[]): Promise<void>
  /** Behind what was added so far. */
  readonly position: number
  /** Resolves once what was added would survive a crash. */
  sync(): Promise<void>
}

/** Letters are counted, and not kept. */
class NoTarget implements LetterTarget {
  readonly place = 'nowhere'
  position = 0

  async begin(position: number | undefined): Promise<void> {
    this.position = position ?? 0
  }

  async add(letters: readonly DeadLetter[]): Promise<void> {
    this.position += letters.length
  }

  async sync(): Promise<void> {}
}

/** What the task commits. */
interface LettersState {
  readonly place: string
  readonly position: number
}

/**
 * Sees that a command that goes on with a run keeps the letters where the run does.
 *
 * @throws {BadInputError} if it names another place: the one has what the other lacks.
 */
export function checkPlace(state: readonly Uint8Array[], target: LetterTarget = new NoTarget()): number {
  const { place, position } = fromBytes(Buffer.concat(state)) as LettersState
  if (place === target.place) return position
  throw new BadInputError(
    `The run keeps its dead letters in ${place}, and this command would in ${target.place}. Name the same file, as it was left.`,
  )
}

/** A chunk that waits for its turn. */
interface Incoming {
  readonly edge: string
  readonly chunk: CommittedChunk
  readonly onTaken: () => void
}

/** Takes letters of all edges, a chunk at a time. */
export class LettersWork implements Work {
  readonly #task: TaskShape
  readonly #from: number | undefined
  readonly #around: Surroundings
  readonly #target: LetterTarget
  readonly #inbox: Incoming[] = []
  readonly #inputs: Record<string, ReadPosition> = {}
  #open: number
  #failure: { readonly error: unknown } | undefined
  #isAsked = false
  #isCutting = false
  #isOver = false
  #wake: () => void = () => {}
  #ended: Promise<unknown> = Promise.resolve()

  constructor(
    task: TaskShape,
    state: readonly Uint8Array[] | undefined,
    around: Surroundings,
    target: LetterTarget = new NoTarget(),
  ) {
    this.#task = task
    this.#around = around
    this.#target = target
    this.#open = task.inputs.length
    this.#from = state === undefined ? undefined : checkPlace(state, target)
  }

  run(): Promise<Ended> {
    const running = this.#run()
    this.#ended = running.catch(() => undefined)
    return running
  }

  async #run(): Promise<Ended> {
    const { signal } = this.#around
    await this.#target.begin(this.#from)
    // where the first letter goes is committed before it is written: else a second start would not know what counts
    if (this.#from === undefined) await this.#cut()
    for (const edge of this.#task.inputs) void this.#read(edge)
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.#isOver || signal.aborted) break
      if (this.#isAsked && !this.#isCutting) void this.#cut()
      const next = this.#inbox.shift()
      if (next !== undefined) {
        await this.#target.add(lettersOf(next.chunk.payload))
        this.#inputs[next.edge] = next.chunk.position
        next.onTaken()
      } else if (this.#open === 0) break
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
    await this.#target.sync()
    return { state: [toBytes({ results: [] }, 'a result')] }
  }

  async #read(edge: string): Promise<void> {
    try {
      for await (const chunk of this.#around.read(edge, undefined)) {
        await new Promise<void>((onTaken) => {
          this.#inbox.push({ edge, chunk, onTaken })
          this.#wake()
        })
      }
    } catch (error) {
      this.#failure ??= { error }
    }
    this.#open--
    this.#wake()
  }

  /** Resolves once the commit is done, or will never be. */
  async #cut(): Promise<void> {
    this.#isAsked = false
    this.#isCutting = true
    const { place, position } = this.#target
    const state = [toBytes({ place, position } satisfies LettersState, 'a position')]
    await this.#around.onCut({ state, inputs: { ...this.#inputs }, flushed: this.#target.sync() })
    this.#isCutting = false
    this.#wake()
  }

  cut(): void {
    this.#isAsked = true
    this.#wake()
  }

  onRoom(): void {}

  onClosed(): void {}

  stop(): void {}

  async dispose(): Promise<void> {
    this.#isOver = true
    for (const { onTaken } of this.#inbox.splice(0)) onTaken()
    this.#wake()
    await this.#ended
  }
}
