/**
 * The bytes of a checkpoint: a line that names the format, a line of JSON, the state in V8's format for structured
 * clones, and the SHA-256 of all that. Described in docs/checkpoints.md.
 */

import { createHash } from 'node:crypto'
import { Deserializer, Serializer } from 'node:v8'
import type { EngineSnapshot } from '../../engine/snapshot.ts'
import { messageOf, NotSavedError } from '../../errors.ts'
import type { Plan } from '../../plan/plan.ts'

const FORMAT = 1
const MAGIC = 'MILLRACE CHECKPOINT '
const DIGEST_BYTES = 32

/** What can be read of a checkpoint without knowing the graph. */
export interface CheckpointHeader {
  readonly id: number
  /** When it was taken, in ISO form. */
  readonly time: string
  /** Version of Node that wrote it. */
  readonly node: string
  /** One line per node and parameter; see `graphLines`. */
  readonly graph: readonly string[]
  /** One line per stage. */
  readonly stages: readonly string[]
}

/** A checkpoint that was read. */
export interface Checkpoint {
  readonly header: CheckpointHeader
  readonly snapshot: EngineSnapshot
}

/** @throws {NotSavedError} naming the term whose state or items cannot be cloned. */
export function encode(header: CheckpointHeader, snapshot: EngineSnapshot, plan: Plan): Uint8Array[] {
  const body = serialized(snapshot, plan)
  const head = Buffer.from(`${MAGIC}${FORMAT}\n${JSON.stringify(header)}\n`)
  return [head, body, createHash('sha256').update(head).update(body).digest()]
}

function serialized(snapshot: EngineSnapshot, plan: Plan): Buffer {
  try {
    return serialize(snapshot)
  } catch (error) {
    throw new NotSavedError(culprit(snapshot, plan), messageOf(error))
  }
}

/** Node's own `serialize` would tear apart views that share a buffer. */
function serialize(value: unknown): Buffer {
  const serializer = new Serializer()
  serializer.writeHeader()
  serializer.writeValue(value)
  return serializer.releaseBuffer()
}

function culprit({ stages, edges }: EngineSnapshot, { stages: plans }: Plan): string {
  const fails = (value: unknown): boolean => {
    try {
      serialize(value)
      return false
    } catch {
      return true
    }
  }
  const at = stages.findIndex(fails)
  const stage = stages[at]
  const nodes = plans[at]?.nodes ?? []
  if (stage !== undefined) {
    const node = stage.states.findIndex(fails)
    return node >= 0 ? `the state of "${nodes[node]?.id}"` : `an item in "${nodes[0]?.id}"`
  }
  return edges.some(fails) ? 'an item on its way' : 'a result'
}

/** @throws {Error} saying what is wrong with the bytes. */
export function decode(bytes: Uint8Array): Checkpoint {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const first = whole.indexOf('\n')
  const line = whole.toString('utf8', 0, Math.max(0, Math.min(first, 80)))
  if (!line.startsWith(MAGIC)) throw new SyntaxError('it is no checkpoint')
  if (line !== `${MAGIC}${FORMAT}`)
    throw new SyntaxError(`its format is ${line.slice(MAGIC.length)}, not ${FORMAT}`)
  const second = whole.indexOf('\n', first + 1)
  const end = whole.length - DIGEST_BYTES
  const digest = createHash('sha256').update(whole.subarray(0, end)).digest()
  if (second < 0 || end <= second || !digest.equals(whole.subarray(end))) {
    throw new SyntaxError('its checksum is wrong: it was not written to its end, or changed since')
  }
  const header = JSON.parse(whole.toString('utf8', first + 1, second)) as CheckpointHeader
  const deserializer = new Deserializer(whole.subarray(second + 1, end))
  deserializer.readHeader()
  return { header, snapshot: deserializer.readValue() as EngineSnapshot }
}
