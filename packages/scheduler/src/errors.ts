/** The errors of schedulers, in the form of core's catalogue: a class per kind, with a code and a remedy. */

import { MillraceError, messageOf } from '@millrace/core'

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

/** A strategy needs more threads than there are. Code `TOO_MANY_TERMS`. */
export class TooManyTermsError extends MillraceError {
  constructor(strategy: string, needed: number, free: number) {
    super(
      'TOO_MANY_TERMS',
      `Strategy "${strategy}" needs ${needed} threads, one for each term, but ${free === 1 ? 'only one is' : `only ${free} are`} ` +
        `to be had. Give a number of workers that terms share (--workers ${Math.max(1, free)}, or scheduler.workers); or allow ` +
        'fallback: "share", and they share the threads there are; or use strategy "pool", which makes do with any number.',
    )
  }
}

/**
 * A worker that hosts terms died, or a batch ended its worker again and again. Code `WORKER_LOST`; `cause` is what it
 * died of.
 */
export class WorkerLostError extends MillraceError {
  constructor(terms: readonly string[], attempts: number | undefined, cause: unknown, note = '') {
    const named = terms.slice(0, 5).map((id) => `"${id}"`)
    const more = terms.length > named.length ? ` and ${terms.length - named.length} more` : ''
    const how =
      attempts === undefined
        ? `: ${messageOf(cause)}`
        : ` ${attempts} times on the same batch: ${messageOf(cause)}`
    const rest = note === '' ? '' : ` ${note}`
    super('WORKER_LOST', `The worker that ran ${named.join(', ')}${more} died${how}${rest}`, { cause })
  }
}

/** Millrace was bundled into one file with the program, without the files that workers begin with. Code `BUNDLED`. */
export class BundledError extends MillraceError {
  constructor(missing: string, bundle: string | undefined) {
    super(
      'BUNDLED',
      `Workers begin with the file ${missing} of @millrace/scheduler, which is not beside ${bundle ?? 'this bundle'}: ` +
        'Millrace was bundled with the program. Leave it out of the bundle (with esbuild: packages: "external", or ' +
        'external: ["millrace", "@millrace/*"]) and install it where the bundle runs; or use strategy "inline". ' +
        'See "Bundling" in docs/programs.md.',
    )
  }
}

/** A worker was not started, since the process may open too few files. Code `TOO_FEW_FILES`. */
export class TooFewFilesError extends MillraceError {
  constructor(open: number, limit: number, needed: number) {
    super(
      'TOO_FEW_FILES',
      `One more worker needs ${needed} files free while it starts, but ${open} of ${limit} are open. Raise the limit ` +
        '(ulimit -n), or have fewer workers.',
    )
  }
}
