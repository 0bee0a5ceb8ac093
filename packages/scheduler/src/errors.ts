/** The errors of schedulers, in the form of core's catalogue: a class per kind, with a code and a remedy. */

import { MillraceError } from '@millrace/core'

/** A graph that workers cannot build was given to a strategy that needs workers. Code `NOT_A_GRAPH_MODULE`. */
export class NotAGraphModuleError extends MillraceError {
  constructor(strategy: string, terms: readonly string[]) {
    super(
      'NOT_A_GRAPH_MODULE',
      `Strategy "${strategy}" cannot send ${terms.map((id) => `"${id}"`).join(', ')} to a worker: a function cannot ` +
        'be cloned. Build the graph in a module of its own, export default graph(import.meta.url, () => term), ' +
        'so that workers can build it too; or pin the terms with local(); or allow fallback: "inline".',
    )
  }
}

/** A worker built another graph than the caller. Code `GRAPH_MISMATCH`. */
export class GraphMismatchError extends MillraceError {
  constructor(url: string, here: string, there: string) {
    super(
      'GRAPH_MISMATCH',
      `A worker built another graph from ${url}: here ${here}, there ${there}. ` +
        'The builder may depend on nothing but its parameters.',
    )
  }
}

/** A batch ended its worker again and again. Code `WORKER_LOST`; `cause` is what the worker died of. */
export class WorkerLostError extends MillraceError {
  constructor(terms: readonly string[], attempts: number, cause: unknown) {
    super(
      'WORKER_LOST',
      `The worker that ran ${terms.map((id) => `"${id}"`).join(', ')} died ${attempts} times on the same batch.`,
      { cause },
    )
  }
}
