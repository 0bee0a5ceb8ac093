/** `Loader`: has parts load the graphs that their terms come from. Made by `PartsPlacement`. */

import type { StagePlan } from '@millrace/core/engine'
import { GraphMismatchError, WorkerLostError } from '../errors.ts'
import type { HostThread } from '../threads/host-thread.ts'
import type { GraphRef } from '../worker/protocol.ts'
import type { Located, Locator } from './locate.ts'
import type { Loaded, Part } from './part.ts'

/** A part whose thread is lost while it loads tries so often. */
const MOST_LOADS = 6

/** What a loader asks of the run. */
export interface LoaderHost {
  /** Whether the stage is one of a part. */
  isPlaced(stage: StagePlan): boolean
  /** A thread could not load TypeScript. */
  onRefused(): void
  /** A thread was lost. Returns another, if there is one. */
  onLost(): Promise<HostThread | undefined>
}

/** Loads graphs in parts. */
export class Loader {
  readonly #locator: Locator
  readonly #host: LoaderHost

  constructor(locator: Locator, host: LoaderHost) {
    this.#locator = locator
    this.#host = host
  }

  /**
   * Resolves with whether the part can be used; a thread that cannot load TypeScript is none.
   * @throws {WorkerLostError} and what `loadOnce` throws.
   */
  async load(part: Part): Promise<boolean> {
    for (let attempts = 1; ; attempts++) {
      const loaded = await this.loadOnce(part)
      if (loaded.kind === 'loaded') return true
      if (loaded.kind !== 'lost') {
        this.#host.onRefused()
        part.thread.end()
        return false
      }
      if (attempts === MOST_LOADS) {
        const terms = part.stages.flatMap(({ nodes }) => nodes.map(({ id }) => id))
        const note = `It did so ${attempts} times before it began.`
        throw new WorkerLostError(terms, undefined, loaded.cause, note)
      }
      const thread = await this.#host.onLost()
      if (thread === undefined) return false
      part.moveTo(thread)
    }
  }

  /** Has the part load its graphs. @throws {GraphMismatchError} and failures of the modules. */
  async loadOnce(part: Part): Promise<Loaded> {
    const stages = part.stages.filter((stage) => this.#host.isPlaced(stage))
    const places = stages.flatMap(({ nodes }) => nodes.map((node) => this.#locator.locate(node)))
    const graphs = new Map<string, GraphRef>(places.map(({ graph }) => [graph.key, graph]))
    const loaded = await part.load([...graphs.values()])
    if (loaded.kind === 'mismatch') throw mismatch(loaded, places)
    return loaded
  }
}

function mismatch(
  { key, lines }: Extract<Loaded, { kind: 'mismatch' }>,
  places: readonly Located[],
): GraphMismatchError {
  const place = places.find(({ graph }) => graph.key === key)
  const here = place?.lines.split('\n') ?? []
  const nothing = 'no further node'
  const differs = here.findIndex((line, i) => line !== lines[i])
  const at = differs < 0 ? here.length : differs
  return new GraphMismatchError(place?.graph.url ?? '', here[at] ?? nothing, lines[at] ?? nothing)
}
