/**
 * `GatherWork`: a task that takes what other tasks give to the command or program that started the run: the dead letters of
 * all, or the items of an open output. Where they go is part of what it commits: a command that is started again goes on
 * behind what counts, or is refused if it names another place.
 */

import { BadInputError, type DeadLetter } from '@millrace/core'
import { NO_ITEMS } from '@millrace/core/engine'
import type { ReadPosition } from '../port/records.ts'
import type { CommittedChunk } from '../protocol/read-committed.ts'
import type { Ended, Surroundings, TaskShape, Work } from '../protocol/work.ts'
import { fromBytes, toBytes } from './bytes.ts'
import { lettersOf } from './letters.ts'

/** Where items come from: what lies before `position` of `edge`, and after what came before. */
export interface GatheredFrom {
  readonly edge: string
  readonly position: ReadPosition
  /** Aborts when the task is over, or another owner's: who waits for room waits no longer. */
  readonly signal: AbortSignal
}

/** Items that a target holds and that are not where they belong yet: lost with the process. */
export interface Lying {
  readonly taken: Promise<void>
}

/** Where gathered items are kept. */
export interface GatherTarget<Item> {
  /** Which place it is: the same for the same file only. */
  readonly place: string
  /** Called before anything else. What lies behind `position` does not count; `undefined` at the first start. */
  begin(position: number | undefined): Promise<void>
  /**
   * Takes items; resolves once there is room for more, and to what still lies there if anything does: it does not count until
   * it is taken. They may come again after `begin` if they were not committed.
   */
  add(items: readonly Item[], from: GatheredFrom): Promise<Lying | undefined | void>
  /** Behind what was added so far. */
  readonly position: number
  /** Resolves once what was added would survive a crash. */
  sync(): Promise<void>
  /** It may be saved while it takes items: it knows by itself what it has taken. Default: not. */
  readonly knowsWhatItHas?: boolean
  /** Has `listener` called once nothing more is wanted; at once if that is so. Returns how to stop that. Default: never. */
  onClosed?(listener: () => void): () => void
}

/** Where dead letters are kept. */
export type LetterTarget = GatherTarget<DeadLetter>

/** Items are counted, and not kept. */
class NoTarget implements GatherTarget<unknown> {
  readonly place: string
  position = 0

  constructor(place = NOWHERE) {
    this.place = place
  }

  async begin(position: number | undefined): Promise<void> {
    this.position = position ?? 0
  }

  async add(items: readonly unknown[]): Promise<void> {
    this.position += items.length
  }

  async sync(): Promise<void> {}
}

/** What the task commits. */
interface GatherState {
  readonly place: string
  readonly position: number
  /** Items so far. */
  readonly count: number
}

/**
 * Sees that a command that goes on with a run keeps the letters where the run does.
 *
 * @throws {BadInputError} if it names another place: the one has what the other lacks.
 */
export function checkPlace(state: readonly Uint8Array[], target: LetterTarget = new NoTarget()): number {
  return stateFor(state, target).position
}

function stateFor(state: readonly Uint8Array[], target: GatherTarget<never>): GatherState {
  const saved = fromBytes(Buffer.concat(state)) as GatherState
  const { place } = saved
  if (place === target.place) return saved
  throw new BadInputError(
    `The run keeps its dead letters ${whereOf(place)}, and this one would keep them ${whereOf(target.place)}. ${remedyOf(place)}`,
  )
}

function whereOf(place: string): string {
  if (place === NOWHERE) return place
  return place === PROGRAM ? `in ${place} that runs it` : `in ${place}`
}

function remedyOf(place: string): string {
  if (place === NOWHERE) return 'Start it without --dead-letters, from the command.'
  if (place === PROGRAM) return 'Start it from the program, by run() with the same name.'
  return 'Name the same file with --dead-letters, as it was left.'
}

/** A chunk that waits for its turn. */
interface Incoming {
  readonly edge: string
  readonly chunk: CommittedChunk
  readonly onTaken: () => void
}

/** Takes what comes on all edges, a chunk at a time. */
export class GatherWork<Item> implements Work {
  readonly #task: TaskShape
  readonly #from: GatherState | undefined
  readonly #around: Surroundings
  readonly #target: GatherTarget<Item>
  readonly #itemsOf: (payload: Uint8Array) => readonly Item[]
  readonly #counts: boolean
  readonly #inbox: Incoming[] = []
  readonly #inputs: Record<string, ReadPosition> = {}
  /** Items taken, as far as `#inputs` goes. */
  #taken: number
  /** Items of chunks that lie at the target. */
  #lying = 0
  #open: number
  #failure: { readonly error: unknown } | undefined
  #isAsked = false
  #isCutting = false
  #isAdding = false
  #isClosed = false
  #isOver = false
  #wake: () => void = () => {}
  #stopListening: (() => void) | undefined
  #ended: Promise<unknown> = Promise.resolve()

  /** `counts`: what it takes has left the graph, and counts as `out`. */
  constructor(
    task: TaskShape,
    state: readonly Uint8Array[] | undefined,
    around: Surroundings,
    target: GatherTarget<Item>,
    itemsOf: (payload: Uint8Array) => readonly Item[],
    counts: boolean,
  ) {
    this.#task = task
    this.#around = around
    this.#target = target
    this.#itemsOf = itemsOf
    this.#counts = counts
    this.#open = task.inputs.length
    this.#from = state === undefined ? undefined : stateFor(state, target)
    this.#taken = this.#from?.count ?? 0
  }

  run(): Promise<Ended> {
    const running = this.#run()
    this.#ended = running.catch(() => undefined)
    return running
  }

  async #run(): Promise<Ended> {
    const { signal } = this.#around
    await this.#target.begin(this.#from?.position)
    // where the first item goes is committed before it is taken: else a second start would not know what counts
    if (this.#from === undefined) await this.#cut()
    for (const edge of this.#task.inputs) void this.#read(edge)
    this.#stopListening = this.#target.onClosed?.(() => {
      this.#isClosed = true
      this.#wake()
    })
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.#isOver || signal.aborted || this.#isClosed) break
      if (this.#isAsked && !this.#isCutting) void this.#cut()
      const next = this.#inbox.shift()
      if (next !== undefined) await this.#take(next)
      else if (this.#open === 0) break
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
    await this.#target.sync()
    // what lies there is the program's: the run ends even if it reads no further
    this.#taken += this.#lying
    return { state: [toBytes({ results: [] }, 'a result')], ...this.#figures() }
  }

  async #take({ edge, chunk: { payload, position }, onTaken }: Incoming): Promise<void> {
    const { signal } = this.#around
    const items = this.#itemsOf(payload)
    const count = (): void => {
      if (signal.aborted) return
      this.#inputs[edge] = position
      this.#taken += items.length
    }
    this.#isAdding = true
    const lying = await this.#target.add(items, { edge, position, signal })
    this.#isAdding = false
    if (lying === undefined) count()
    else {
      this.#lying += items.length
      void lying.taken.then(() => {
        this.#lying -= items.length
        count()
      })
    }
    onTaken()
  }

  /** Letters are in no ledger but that of the task that has set them aside. */
  #figures(): Pick<Ended, 'ledger' | 'crossed'> {
    const [edge] = this.#task.inputs
    if (!this.#counts || edge === undefined) return {}
    return { ledger: { ...NO_ITEMS, out: this.#taken }, crossed: { [edge]: this.#taken } }
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
    const state = [toBytes({ place, position, count: this.#taken } satisfies GatherState, 'a position')]
    const inputs = { ...this.#inputs }
    await this.#around.onCut({ state, inputs, flushed: this.#target.sync(), ...this.#figures() })
    this.#isCutting = false
    this.#wake()
  }

  cut(): void {
    this.#isAsked = true
    // a reader that takes its time must not keep the task from being handed over
    if (this.#isAdding && this.#target.knowsWhatItHas === true && !this.#isCutting) void this.#cut()
    else this.#wake()
  }

  onRoom(): void {}

  onClosed(): void {}

  stop(): void {}

  async dispose(): Promise<void> {
    this.#isOver = true
    this.#stopListening?.()
    for (const { onTaken } of this.#inbox.splice(0)) onTaken()
    this.#wake()
    await this.#ended
  }
}

/** The work of the task that takes dead letters. */
export function lettersWork(
  task: TaskShape,
  state: readonly Uint8Array[] | undefined,
  around: Surroundings,
  target: LetterTarget = new NoTarget(),
): Work {
  return new GatherWork(task, state, around, target, lettersOf, false)
}

/** The work of a task that takes the items of an open output: those of one that is not read are counted. */
export function outputWork(
  task: TaskShape,
  state: readonly Uint8Array[] | undefined,
  around: Surroundings,
  target: GatherTarget<unknown> = new NoTarget(PROGRAM),
): Work {
  return new GatherWork(task, state, around, target, (payload) => fromBytes(payload) as unknown[], true)
}

/** The place of what is counted alone. */
const NOWHERE = 'nowhere'

/** The place of what a program is handed. */
export const PROGRAM = 'a program'
