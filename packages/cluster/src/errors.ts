/** The errors of distributed runs, in the form of core's catalogue: a class per kind, with a code and a remedy. */

import { MillraceError, messageOf } from '@millrace/core'

/** Another host has taken a task over: what this one has not committed does not count. Code `FENCED`. Handled within. */
export class FencedError extends MillraceError {
  constructor(task: string) {
    super('FENCED', `Task ${task} has another owner now. What was not committed here is done again there.`)
  }
}

/** A call to the log has no answer: it may have been done, or not, or may still be. Code `OUTCOME_UNKNOWN`. */
export class OutcomeUnknownError extends MillraceError {
  /** The server has answered that it cannot do it now. */
  readonly isPutOff: boolean

  constructor(what: string, cause?: unknown, isPutOff = false) {
    super(
      'OUTCOME_UNKNOWN',
      `There is no answer to "${what}"${cause === undefined ? '' : `: ${messageOf(cause)}`}. It is asked again; ` +
        'if this lasts, look whether the server is up and has room.',
      { cause },
    )
    this.isPutOff = isPutOff
  }
}

/** A graph, or a term in it, cannot be spread over hosts. Code `NOT_DISTRIBUTABLE`; `reasons` has one line for each. */
export class NotDistributableError extends MillraceError {
  readonly reasons: readonly string[]

  constructor(reasons: readonly string[]) {
    super('NOT_DISTRIBUTABLE', `This graph cannot run over many hosts: ${reasons.join(' ')}`)
    this.reasons = reasons
  }
}

/** The log of a run lacks what must be there, or holds what cannot be. Code `CLUSTER_LOG_BROKEN`. */
export class BrokenLogError extends MillraceError {
  constructor(what: string) {
    super(
      'CLUSTER_LOG_BROKEN',
      `The log of the run is broken: ${what}. Were its streams edited, or their disk lost? ` +
        'Remove the run with "millrace clean", and start it again.',
    )
  }
}

/** A task failed on some host, and the run with it. Code `TASK_FAILED`; `term` is the term that failed. */
export class TaskFailedError extends MillraceError {
  readonly term: string
  /** Code of the original error. */
  readonly causeCode: string

  constructor(term: string, code: string, message: string, owner: string) {
    super('TASK_FAILED', `"${term}" failed on host ${owner}: ${message} [${code}]`)
    this.term = term
    this.causeCode = code
  }
}

/** A run of this name has another graph, other parameters, or another version. Code `OTHER_RUN`. */
export class OtherRunError extends MillraceError {
  constructor(run: string, there: string, here: string) {
    super(
      'OTHER_RUN',
      `Run "${run}" has another graph: there ${there}, here ${here}. Start the same modules and parameters on ` +
        'every host, or choose another name for the run.',
    )
  }
}

/** No server can be reached, or it cannot do what is needed. Code `NO_CLUSTER`. */
export class NoClusterError extends MillraceError {
  constructor(message: string, cause?: unknown) {
    super('NO_CLUSTER', message, { cause })
  }
}

/** The servers have not answered for so long that the run was given up. Code `SERVERS_GONE`. */
export class ServersGoneError extends MillraceError {
  constructor(silentMs: number) {
    super(
      'SERVERS_GONE',
      `The servers have not answered for ${Math.round(silentMs / 1000)} s: given up here. What is committed is still there ` +
        'if they are: start the same run again once they answer, or give them longer with --give-up-ms.',
    )
  }
}

/**
 * The server refuses what a run needs, and would refuse it again: a permission that is missing, a limit of the account.
 * Code `SERVER_REFUSED`.
 */
export class ServerRefusedError extends MillraceError {
  constructor(what: string, cause: unknown) {
    super(
      'SERVER_REFUSED',
      `The NATS server refuses "${what}": ${messageOf(cause)}. Look at the permissions and limits of the account.`,
      { cause },
    )
  }
}

/** A host that a command has started cannot begin, and so no other would. Code `HOST_FAILED`; the run is cancelled. */
export class HostFailedError extends MillraceError {
  /** @param reason what it said itself, with a code; `undefined` if it said it on stderr */
  constructor(host: string, reason: string | undefined) {
    const why = reason === undefined ? '. What it said is above.' : `: ${reason}`
    super('HOST_FAILED', `Host ${host} could not start${why}`)
  }
}
