/** Where workers find the terms of a run: which graph modules, and which of their nodes. Called by `PartsPlacement`. */

import { threadId } from 'node:worker_threads'
import type { ModuleTerm } from '@millrace/core'
import type { Node, Origins } from '@millrace/core/engine'
import { carryParams } from '../worker/carry-params.ts'
import { hashOf } from '../worker/hash.ts'
import type { GraphRef } from '../worker/protocol.ts'

/** A node's graph module and its place in there. */
export interface Located {
  readonly graph: GraphRef
  readonly at: number
  /** The graph's fingerprint as it is here. */
  readonly lines: string
}

let runs = 0

/** Finds the nodes of one run. */
export class Locator {
  readonly #origins: Origins
  /** Workers build graphs anew for each run: what a term kept from the last must not show. */
  readonly #run = `${process.pid}.${threadId}.${++runs}`
  readonly #graphs = new Map<object, GraphRef>()

  constructor(origins: Origins) {
    this.#origins = origins
  }

  /** Where it is. Called for nodes that `mayGo`. @throws {InvalidOptionError} if parameters cannot be cloned. */
  locate({ leaf, index }: Node): Located {
    const place = this.#origins.get(leaf)
    if (place === undefined) {
      const { url, exportName } = leaf as unknown as ModuleTerm<never, unknown>
      const graph = this.#graphOf(leaf, `${index} ${url}`, {
        url,
        exportName,
        params: { value: undefined },
        fingerprint: '',
      })
      return { graph, at: 0, lines: '' }
    }
    const { origin, index: at, fingerprint } = place
    const { url, params, isStrict = false } = origin
    const known = this.#graphs.get(origin)
    if (known !== undefined) return { graph: known, at, lines: fingerprint }
    const parts = {
      url,
      exportName: undefined,
      params: carryParams(params, url, 'thread'),
      fingerprint: hashOf(fingerprint),
      isStrict,
    }
    return { graph: this.#graphOf(origin, url, parts), at, lines: fingerprint }
  }

  #graphOf(owner: object, name: string, parts: Omit<GraphRef, 'key'>): GraphRef {
    let graph = this.#graphs.get(owner)
    if (graph === undefined) {
      graph = { key: `${this.#run} ${this.#graphs.size} ${name}`, ...parts }
      this.#graphs.set(owner, graph)
    }
    return graph
  }
}
