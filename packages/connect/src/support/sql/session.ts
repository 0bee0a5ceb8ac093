/**
 * `Session`: one connection to a database for one run, which is made again when it is lost. What it is asked to do, it does
 * one after the other. Made by the sinks and sources of tables.
 */

import { type Clock, InUseError } from '@millrace/core'
import { Pause } from '@millrace/core/engine'
import { type ReconnectOptions, Retries } from '../reconnect.ts'
import type { SqlConnection, SqlDialect } from './dialect.ts'

/** What the caller's own code has thrown: it is told as it is, and no reason to try again. */
export class CallbackError extends Error {
  constructor(cause: unknown) {
    super('a callback has thrown', { cause })
  }
}

/** A name that one run at a time may have. */
export interface SessionLock {
  readonly name: string
  /** What messages call what is locked. */
  readonly what: string
  /** How long a holder that may be about to go is waited for, in ms. */
  readonly waitMs: number
}

/** How often a taken lock is looked at, in ms. */
const LOOK_MS = 50

/** A connection, with its lock. */
export class Session<Connection extends SqlConnection> {
  readonly #dialect: SqlDialect<Connection>
  readonly #clock: Clock
  readonly #retries: Retries
  readonly #pause: Pause
  readonly #lock: SessionLock | undefined
  readonly #over = new AbortController()
  /** Numbers of the connections that were lost: the server may not have noticed yet. */
  readonly #lost = new Set<number>()
  #connection: Connection | undefined
  #tail: Promise<unknown> = Promise.resolve()
  #isOver = false

  constructor(
    dialect: SqlDialect<Connection>,
    reconnect: Required<ReconnectOptions>,
    clock: Clock,
    lock?: SessionLock,
  ) {
    this.#dialect = dialect
    this.#clock = clock
    this.#lock = lock
    this.#pause = new Pause(clock)
    const explain = (error: unknown) => {
      if (error instanceof CallbackError) return error
      return dialect.verdictOn(error) === 'passing' ? undefined : dialect.explain(error)
    }
    this.#retries = new Retries(dialect.server, reconnect, clock, explain)
  }

  /**
   * Does this once all that was asked for before is done; again, on a new connection, if the connection is lost meanwhile.
   * So it must be something that may be begun again.
   */
  do<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const done = this.#tail
      .then(() =>
        this.#retries.call(
          () => this.#attempt(work),
          () => this.#isOver,
        ),
      )
      .catch((error: unknown) => {
        throw error instanceof CallbackError ? error.cause : error
      })
    this.#tail = done.catch(() => undefined)
    return done
  }

  /** As `do`, in a transaction: nothing of it stays unless all of it has been done. */
  transact<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.do(async (connection) => {
      await connection.query('begin')
      const value = await work(connection)
      await connection.query('commit')
      return value
    })
  }

  async #attempt<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      const connection = await this.#open()
      return await work(connection)
    } catch (error) {
      // what a failed transaction has left behind goes with its connection
      this.#drop()
      throw error
    }
  }

  async #open(): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection
    const connection = await this.#dialect.connect(this.#over.signal)
    this.#connection = connection
    if (this.#lock !== undefined) await this.#takeLock(connection, this.#lock)
    return connection
  }

  /**
   * The server may not have noticed yet that the process that had it is dead: that is waited for. A lost connection of this
   * session, which only the server still holds, is ended.
   */
  async #takeLock(connection: Connection, { name, what, waitMs }: SessionLock): Promise<void> {
    const begun = this.#clock.monotonic()
    for (;;) {
      const holder = await this.#dialect.lock(connection, name)
      if (holder === undefined) {
        this.#lost.clear()
        return
      }
      if (this.#isOver) throw new Error('the run is over')
      if (this.#lost.delete(holder)) {
        await this.#endLost(connection, holder)
      } else if (this.#clock.monotonic() - begun >= waitMs) {
        const session = `the server's session ${holder}`
        throw new InUseError(what, { pid: holder, host: this.#dialect.server }, session, true)
      }
      await this.#pause.until(LOOK_MS)
    }
  }

  async #endLost(connection: Connection, id: number): Promise<void> {
    try {
      await this.#dialect.endSession(connection, id)
    } catch (error) {
      // without the right to do it there is the wait, as for any other holder
      if (this.#dialect.verdictOn(error) === 'passing') throw error
    }
  }

  #drop(): void {
    const id = this.#connection?.id
    if (id !== undefined && this.#lock !== undefined) this.#lost.add(id)
    this.#connection?.close()
    this.#connection = undefined
  }

  /** Lets go of the connection, in the middle of whatever it does; what was asked for and is not done fails. */
  end(): void {
    this.#isOver = true
    this.#retries.end()
    this.#pause.end()
    this.#over.abort()
    this.#drop()
  }
}
