/**
 * The bytes of a checkpoint: a line that names the format, a line of JSON, the state in V8's format for structured
 * clones with notes of what is to be mended (see `carry`), and the SHA-256 of all that. Described in docs/checkpoints.md.
 */

import { createHash } from 'node:crypto'
import { Deserializer, Serializer } from 'node:v8'
import type { EngineSnapshot } from '../../engine/snapshot.ts'
import { messageOf, NotSavedError } from '../../errors.ts'
import type { Plan } from '../../plan/plan.ts'
import { type CarriedValue, carryValue, restoreValue, whyNotCarried } from '../../values/carry.ts'

const FORMAT = 2
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
    return serialize(carryValue(snapshot, 'checkpoint', true))
  } catch (error) {
    throw culprit(snapshot, plan) ?? new NotSavedError('a value', messageOf(error), '')
  }
}

/** Node's own `serialize` would tear apart views that share a buffer. */
function serialize(value: unknown): Buffer {
  const serializer = new Serializer()
  serializer.writeHeader()
  serializer.writeValue(value)
  return serializer.releaseBuffer()
}

/** Which term has what cannot be saved. */
function culprit(
  { stages, edges, results }: EngineSnapshot,
  { stages: plans, graph }: Plan,
): NotSavedError | undefined {
  const refusal = (what: string, value: unknown): NotSavedError | undefined => {
    const why = whyNotCarried(value, 'checkpoint')
    return (
      why &&
      new NotSavedError(what, `${why.path.replace(/^\./, '')} is ${why.what}`.replace(/^ /, ''), why.remedy)
    )
  }
  for (const [at, { states, pending, positions, own }] of stages.entries()) {
    const nodes = plans[at]?.nodes ?? []
    for (const [node, { id }] of nodes.entries()) {
      const found =
        refusal(`the state of "${id}"`, states[node]) ??
        refusal(`an item that "${id}" has emitted`, pending[node]) ??
        refusal(`the place of "${id}"`, positions[node])
      if (found !== undefined) return found
    }
    const found = refusal(`an item in "${nodes[0]?.id}"`, own)
    if (found !== undefined) return found
  }
  for (const edge of edges) {
    const found = refusal(`an item on its way from "${edge.writer}" to "${edge.reader}"`, edge)
    if (found !== undefined) return found
  }
  for (const [node, result] of results) {
    const found = refusal(`the result of "${graph.nodes[node]?.id}"`, result)
    if (found !== undefined) return found
  }
  return undefined
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
  return { header, snapshot: restoreValue(deserializer.readValue() as CarriedValue) as EngineSnapshot }
}
