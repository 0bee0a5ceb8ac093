/** `RedisWriter`: sends commands in pipelines. Made by the sinks of this folder. */

import type { Clock } from '@millrace/core'
import type { Redis } from 'ioredis'
import type { Link } from '../support/link.ts'
import type { Writer } from '../support/writer-sink.ts'
import { redisLink } from './connection.ts'
import type { RedisAddress } from './options.ts'

/** A command with its arguments. */
export type Command = readonly [name: string, ...args: (string | number | Buffer)[]]

export class RedisWriter implements Writer<Command> {
  readonly #link: Link<Redis>
  readonly #behind: readonly Command[]

  /** @param behind commands that are sent at the end of each batch. */
  constructor(address: RedisAddress, clock: Clock, behind: readonly Command[] = []) {
    this.#link = redisLink(address, clock)
    this.#behind = behind
  }

  /**
   * Sends them in order. From the first one on that failed, or was not answered, all are sent again: some of these the server
   * may have done, but their order stays, and with it the last value of each key.
   */
  async write(batch: readonly Command[]): Promise<void> {
    let rest = [...batch, ...this.#behind]
    await this.#link.call(async (client) => {
      const pipeline = client.pipeline()
      for (const [name, ...args] of rest) pipeline.call(name, ...args)
      const answers = await pipeline.exec()
      const failed = answers?.findIndex(([error]) => error !== null) ?? 0
      if (failed < 0) return
      rest = rest.slice(failed)
      throw answers?.[failed]?.[0] ?? new Error('the pipeline was not answered')
    })
  }

  end(): Promise<void> {
    return this.#link.end()
  }
}

/** The fields of a record, one behind the other. */
export function flat(fields: Readonly<Record<string, FieldValue>>): (string | number | Buffer)[] {
  return Object.entries(fields).flatMap(([name, value]) => [name, sendable(value)])
}

/** What a value in Redis is made of. */
export type FieldValue = string | number | bigint | Uint8Array

/** As the client sends it. */
export function sendable(value: FieldValue): string | number | Buffer {
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object') return value
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

/** Whether it can be sent as it is: anything else would become "[object Object]" or the like. */
export function isFieldValue(value: unknown): value is FieldValue {
  return ['string', 'number', 'bigint'].includes(typeof value) || value instanceof Uint8Array
}

/** Whether it is a record of such values, with one at least. */
export function isFields(fields: unknown): fields is Readonly<Record<string, FieldValue>> {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return false
  const values = Object.values(fields)
  return values.length > 0 && values.every(isFieldValue)
}
