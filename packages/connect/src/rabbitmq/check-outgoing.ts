/** What of a message AMQP can say. Called by the sinks of this folder for each item. */

import { BadInputError, describe } from '@millrace/core'

/** Short texts of AMQP have 255 bytes at most. */
const SHORT_BYTES = 255

/** @throws {BadInputError} for one that is too long. */
export function checkKey(owner: string, key: string): void {
  if (isShort(key)) return
  throw new BadInputError(
    `${owner}() takes a routing key of 255 bytes at most, but got one of ${Buffer.byteLength(key)}.`,
  )
}

type Check = readonly [is: (value: unknown) => boolean, wanted: string]

const SHORT: Check = [isShort, 'a text of 255 bytes at most']
const CHECKS: Readonly<Record<string, Check>> = {
  messageId: SHORT,
  correlationId: SHORT,
  replyTo: SHORT,
  type: SHORT,
  appId: SHORT,
  contentType: SHORT,
  contentEncoding: SHORT,
  timestamp: [
    (value) => Number.isSafeInteger(value) && (value as number) >= 0,
    'whole seconds since the epoch',
  ],
  priority: [
    (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255,
    '0 to 255',
  ],
  expiration: [(value) => typeof value === 'string' && /^\d+$/.test(value), 'ms as text, like "60000"'],
  headers: [isRecord, 'a record'],
}

/** @throws {BadInputError} for properties that cannot be sent. */
export function checkProperties(owner: string, properties: unknown): void {
  if (properties === undefined) return
  if (!isRecord(properties)) {
    throw new BadInputError(`${owner}() takes properties as a record, but got ${describe(properties)}.`)
  }
  for (const [name, value] of Object.entries(properties)) {
    const check = CHECKS[name]
    if (check === undefined) {
      const known = Object.keys(CHECKS).join(', ')
      throw new BadInputError(
        `${owner}() knows no property ${JSON.stringify(name)} of a message: it takes ${known}.`,
      )
    }
    if (value === undefined || check[0](value)) continue
    throw new BadInputError(`${owner}() takes properties.${name} as ${check[1]}, but got ${describe(value)}.`)
  }
}

function isShort(value: unknown): boolean {
  return typeof value === 'string' && Buffer.byteLength(value) <= SHORT_BYTES
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
