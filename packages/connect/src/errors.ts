/** What a connection to another system fails with: a class per kind, with a code and a remedy. */

import { inspect } from 'node:util'
import { MillraceError, messageOf } from '@millrace/core'

/** The package that speaks to a system is not installed. Code `CLIENT_MISSING`. */
export class ClientMissingError extends MillraceError {
  /** What to install. */
  readonly client: string

  constructor(entry: string, client: string, cause: unknown) {
    super('CLIENT_MISSING', `millrace/connect/${entry} needs the package ${client}: npm install ${client}`, {
      cause,
    })
    this.client = client
  }
}

/**
 * A server has answered, and will not let us in, or not do it: wrong credentials, a certificate that is not trusted, a right
 * or a table that is missing. To try again would change nothing. Code `CONNECTION_DENIED`.
 */
export class ConnectionDeniedError extends MillraceError {
  /** The server, without credentials. */
  readonly server: string

  /** @param remedy a sentence on what to look at. */
  constructor(server: string, remedy: string, cause: unknown) {
    super('CONNECTION_DENIED', `${server} refuses: ${messageOf(cause)}. ${remedy}`, { cause })
    this.server = server
  }
}

/** A server cannot be reached, or cuts each connection, however often it is tried. Code `CONNECTION_LOST`. */
export class ConnectionLostError extends MillraceError {
  readonly server: string
  /** How often in a row it was tried. */
  readonly failures: number

  constructor(server: string, failures: number, cause: unknown) {
    const times = failures === 1 ? 'once' : `${failures} times in a row`
    super(
      'CONNECTION_LOST',
      `${server} could not be reached, tried ${times}: ${messageOf(cause)}. Is it up, and is this its address? ` +
        'More patience: reconnect: { maxFailures }.',
      { cause },
    )
    this.server = server
    this.failures = failures
  }
}

/** Of a row that is quoted in a message, so many characters are shown. */
const SHOWN_CHARACTERS = 200

/** A database does not take a row: its key is there already, a value is none of its column's type. Code `ROW_REFUSED`. */
export class RowRefusedError extends MillraceError {
  readonly table: string
  /** The column, where it is known. */
  readonly column: string | undefined
  readonly row: unknown

  constructor(table: string, column: string | undefined, row: unknown, cause: unknown) {
    const where = column === undefined ? '' : `, column ${column}`
    const message = `The table ${table}${where} does not take the row ${shown(row)}: ${messageOf(cause)}`
    super('ROW_REFUSED', message, { cause })
    this.table = table
    this.column = column
    this.row = row
  }
}

function shown(row: unknown): string {
  const text = inspect(row, { breakLength: Number.POSITIVE_INFINITY, depth: 3, maxStringLength: 60 })
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}

/** How far a sink is, as its table has it, is not what its checkpoint says. Code `OTHER_TABLE_STATE`. */
export class OtherTableStateError extends MillraceError {
  constructor(table: string, how: string) {
    super(
      'OTHER_TABLE_STATE',
      `The rows that a run before has written to ${table} cannot be gone on with: ${how} ` +
        'Remove the checkpoints to begin again from the start, and look at the table before.',
    )
  }
}

/**
 * A server pushes messages that cannot be held back, and the graph was too slow for them: from here on some would be missing.
 * Code `MESSAGES_MISSED`.
 */
export class MessagesMissedError extends MillraceError {
  constructor(what: string, remedy: string) {
    super('MESSAGES_MISSED', `${what}. ${remedy}`)
  }
}

const WHY_NOT: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'Another process, or another run, listens there: end it, or choose another port; 0 takes a free one.',
  EACCES: 'Ports below 1024 need a right that this process does not have: choose a higher one.',
  EADDRNOTAVAIL: 'This machine has no such address: listen on 127.0.0.1, or on 0.0.0.0 for all.',
  ENOTFOUND: 'There is no address of this name: listen on 127.0.0.1, or on 0.0.0.0 for all.',
  EAI_AGAIN: 'There is no address of this name: listen on 127.0.0.1, or on 0.0.0.0 for all.',
}

/** A server of a run cannot listen where it is told to. Code `CANNOT_LISTEN`. */
export class CannotListenError extends MillraceError {
  readonly host: string
  readonly port: number

  constructor(host: string, port: number, cause: unknown) {
    const why =
      WHY_NOT[String((cause as NodeJS.ErrnoException | undefined)?.code)] ?? 'Look at host, port and tls.'
    super('CANNOT_LISTEN', `The run cannot listen on ${host}, port ${port}: ${messageOf(cause)}. ${why}`, {
      cause,
    })
    this.host = host
    this.port = port
  }
}
