/** `ConfirmedWriter`: publishes batches and waits until the server has confirmed each message. Made by `toQueue` and `toExchange`. */

import { BadInputError, type Clock, MillraceError, messageOf } from '@millrace/core'
import type { ConfirmChannel, Options } from 'amqplib'
import { ConnectionDeniedError, ConnectionLostError } from '../errors.ts'
import type { Link } from '../support/link.ts'
import type { Writer } from '../support/writer-sink.ts'
import { confirming, type Line, rabbitmqLink } from './connection.ts'
import type { RabbitmqAddress } from './options.ts'

/** Where messages go. */
export interface Target {
  readonly exchange: string
  /** The same for all; without, each item has its own. */
  readonly key: string | undefined
  /** Whether the server returns what it cannot put into a queue. */
  readonly isMandatory: boolean
  ensure(channel: ConfirmChannel): Promise<void>
  /** What it means that a message with this key was returned. */
  returned(key: string): Error
}

/** A message as the client takes it. */
export interface Entry {
  readonly key: string
  readonly content: Buffer
  readonly options: Options.Publish
}

/** The queue was removed in the middle of the run: the next connection makes it again, or finds that it is missing. */
export class QueueGoneError extends Error {
  constructor(queue: string) {
    super(`queue ${queue} was removed`)
  }
}

/** No queue is bound for a message. */
export class NoRouteError extends Error {
  /** Of AMQP: no route. */
  readonly code = 312

  constructor(exchange: string, key: string) {
    super(`exchange ${exchange} has no queue for the routing key ${key}`)
  }
}

/** The server has received messages and does not take them. */
class NotTakenError extends Error {}

interface Client extends Line<ConfirmChannel> {
  /** What was returned on this channel, until it is looked at. */
  returned: Error | undefined
  lost: { readonly error: unknown } | undefined
}

export class ConfirmedWriter implements Writer<Entry> {
  readonly #server: string
  readonly #target: Target
  readonly #link: Link<Client>

  constructor(address: RabbitmqAddress, clock: Clock, target: Target) {
    this.#server = address.server
    this.#target = target
    this.#link = rabbitmqLink(address, clock, confirming, async (line) => {
      const client: Client = { ...line, returned: undefined, lost: undefined }
      line.onLost((error) => {
        client.lost = { error }
      })
      line.channel.on('return', ({ fields }: { readonly fields: { readonly routingKey: string } }) => {
        client.returned ??= target.returned(fields.routingKey)
      })
      await target.ensure(line.channel)
      return client
    })
  }

  /** All are sent at once; those that were not confirmed are sent again, in their order. */
  async write(batch: readonly Entry[]): Promise<void> {
    let rest = batch
    try {
      while (rest.length > 0) {
        rest = await this.#link.call((client) => this.#send(client, rest))
      }
    } catch (error) {
      throw error instanceof ConnectionLostError && error.cause instanceof NotTakenError
        ? new ConnectionDeniedError(this.#server, FULL, error.cause)
        : error
    }
  }

  /** Gives what the server has not taken. @throws if that is all of it, or the connection was lost. */
  async #send(client: Client, entries: readonly Entry[]): Promise<readonly Entry[]> {
    const sent = await Promise.allSettled(entries.map((entry) => this.#publish(client, entry)))
    const { returned } = client
    // it is returned before it is confirmed; which one that was does not matter: what is in a queue that was removed is gone
    if (returned !== undefined) throw returned
    const fatal = sent.find(
      (outcome) => outcome.status === 'rejected' && outcome.reason instanceof MillraceError,
    )
    if (fatal?.status === 'rejected') throw fatal.reason
    const left = entries.filter((_, at) => sent[at]?.status === 'rejected')
    // with some progress the rest is tried at once, which finds out about a connection that was lost
    if (left.length > 0 && left.length === entries.length)
      throw client.lost?.error ?? new NotTakenError(NACKED)
    return left
  }

  #publish(client: Client, { key, content, options }: Entry): Promise<void> {
    const { exchange, isMandatory } = this.#target
    return new Promise((resolve, reject) => {
      const confirm = (error: unknown): void => {
        if (error === null || error === undefined) resolve()
        else reject(error)
      }
      try {
        client.channel.publish(exchange, key, content, { ...options, mandatory: isMandatory }, confirm)
      } catch (error) {
        reject(isClosed(error) ? error : badInput(error))
      }
    })
  }

  end(): Promise<void> {
    return this.#link.end()
  }
}

const NACKED = 'it does not take the messages'
const FULL =
  'The queue is full (x-max-length with x-overflow: reject-publish), or in trouble: look at it, and see to it that somebody ' +
  'reads it. More patience: reconnect: { maxFailures }.'

/** The client says so of a channel that it has closed. */
function isClosed(error: unknown): boolean {
  return error instanceof Error && error.name === 'IllegalOperationError'
}

/** The client cannot write it. */
function badInput(cause: unknown): BadInputError {
  return new BadInputError(`RabbitMQ cannot be sent such a message: ${messageOf(cause)}`, { cause })
}
