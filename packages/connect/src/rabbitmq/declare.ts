/** Queues and exchanges, made if that is wanted, and looked for otherwise. Called by the sources and sinks of this folder. */

import { InvalidOptionError } from '@millrace/core'
import { checkBoolean, checkOptions } from '@millrace/core/engine'
import type { Channel } from 'amqplib'

/** How a queue is made. One of that name that was made otherwise is an error. */
export interface QueueDeclaration {
  /** Outlives a restart of the server. Default true. */
  readonly durable?: boolean
  /** Is removed once the last reader has gone. Default false. */
  readonly autoDelete?: boolean
  /** What else the server is told: `{ 'x-queue-type': 'quorum', 'x-max-length': 10_000 }`. */
  readonly arguments?: Readonly<Record<string, unknown>>
}

/** How an exchange is made. */
export interface ExchangeDeclaration {
  /** How it chooses queues. Default `topic`. */
  readonly type?: 'direct' | 'fanout' | 'topic' | 'headers'
  /** Outlives a restart of the server. Default true. */
  readonly durable?: boolean
}

/** @throws {InvalidOptionError} for what declares no queue. */
export function checkQueueDeclaration(owner: string, declare: boolean | QueueDeclaration | undefined): void {
  if (declare === undefined) return
  if (typeof declare !== 'object') {
    checkBoolean(`declare of ${owner}()`, declare)
    return
  }
  checkOptions(`declare of ${owner}`, declare, { durable: true, autoDelete: true, arguments: true })
  if (declare.durable !== undefined) checkBoolean(`declare.durable of ${owner}()`, declare.durable)
  if (declare.autoDelete !== undefined) checkBoolean(`declare.autoDelete of ${owner}()`, declare.autoDelete)
  const more: unknown = declare.arguments
  if (more === undefined || (typeof more === 'object' && more !== null && !Array.isArray(more))) return
  throw new InvalidOptionError(`declare.arguments of ${owner}()`, more, 'a record')
}

/** @throws {InvalidOptionError} for what declares no exchange. */
export function checkExchangeDeclaration(
  owner: string,
  declare: boolean | ExchangeDeclaration | undefined,
): void {
  if (declare === undefined) return
  if (typeof declare !== 'object') {
    checkBoolean(`declare of ${owner}()`, declare)
    return
  }
  checkOptions(`declare of ${owner}`, declare, { type: true, durable: true })
  if (declare.durable !== undefined) checkBoolean(`declare.durable of ${owner}()`, declare.durable)
  const types = ['direct', 'fanout', 'topic', 'headers']
  if (declare.type === undefined || types.includes(declare.type)) return
  throw new InvalidOptionError(`declare.type of ${owner}()`, declare.type, `one of ${types.join(', ')}`)
}

/** Makes a queue, or looks whether it is there: the channel fails if it is not. */
export async function ensureQueue(
  channel: Channel,
  name: string,
  declare: boolean | QueueDeclaration | undefined,
): Promise<void> {
  if (declare === undefined || declare === false) await channel.checkQueue(name)
  else await channel.assertQueue(name, { durable: true, ...(declare === true ? {} : declare) })
}

/** Makes an exchange, or looks whether it is there: the channel fails if it is not. */
export async function ensureExchange(
  channel: Channel,
  name: string,
  declare: boolean | ExchangeDeclaration | undefined,
): Promise<void> {
  if (declare === undefined || declare === false) await channel.checkExchange(name)
  else {
    const { type = 'topic', durable = true } = declare === true ? {} : declare
    await channel.assertExchange(name, type, { durable })
  }
}
