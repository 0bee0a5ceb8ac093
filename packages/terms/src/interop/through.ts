/** `through`: a Node duplex, or a web transform stream, as a term. */

import type { Duplex } from 'node:stream'
import type { ReadableWritablePair } from 'node:stream/web'
import { type Awaitable, InvalidOptionError, type StreamTerm } from '@millrace/core'
import { checkFunction } from '../check.ts'
import type { ChunkWriter } from '../sink/chunk-writer.ts'
import { NodeWriter } from '../sink/node-writer.ts'
import { WebWriter } from '../sink/web-writer.ts'
import type { ChunkReader } from '../source/chunk-reader.ts'
import { NodeReader } from '../source/node-reader.ts'
import { WebReader } from '../source/web-reader.ts'
import { type Duct, DuctTerm } from './duct.ts'

/** A stream that {@link through} can run items through. */
export type AnyTransform<In = never, Out = unknown> = Duplex | ReadableWritablePair<Out, In>

/**
 * A Node `Duplex` or `Transform`, or a web `TransformStream`, as a term: items are written to it, and what comes out of
 * it are the term's items. Pekko's `Flow.fromSinkAndSource`.
 *
 * `make` opens one for each run. While the stream is full, the term before it is held back; while there is no room
 * behind it, the stream is not read. The term ends when what comes out has ended. Errors end the run with a `TermError`
 * whose `cause` is the original. On cancel, and when nobody needs more, the stream is destroyed. What is inside a stream
 * is no plain data, so the term stays on the caller's thread. The order is the stream's.
 *
 * @throws {InvalidOptionError} if `make` is no function; the run fails with one if it gives no such stream.
 *
 * @example
 * ```ts
 * import { Transform } from 'node:stream'
 * import { fromIterable, through, toArray } from 'millrace/terms'
 *
 * const upper = through<string, string>(() => new Transform({
 *   objectMode: true,
 *   transform: (text, _encoding, done) => done(null, text.toUpperCase()),
 * }))
 * console.log(await toArray(fromIterable(['a', 'b']).pipe(upper))) // [ 'A', 'B' ]
 * ```
 */
export function through<In, Out>(make: () => Awaitable<AnyTransform<In, Out>>): StreamTerm<In, Out> {
  checkFunction('through', make)
  return new Through<In, Out>('through', make).local()
}

/** The class behind {@link through}. */
export class Through<In, Out> extends DuctTerm<In, Out> {
  readonly #make: () => Awaitable<AnyTransform<In, Out>>

  constructor(name: string, make: () => Awaitable<AnyTransform<In, Out>>) {
    super()
    this.name = name
    this.#make = make
  }

  protected override async open(): Promise<Duct<In, Out>> {
    const stream: unknown = await this.#make()
    return new StreamDuct(this.name, stream)
  }
}

class StreamDuct<In, Out> implements Duct<In, Out> {
  readonly #writer: ChunkWriter
  readonly #reader: ChunkReader
  readonly isOpen = true
  #isFinished = false

  constructor(owner: string, stream: unknown) {
    const { on, write, resume, readable, writable } = Object(stream) as Record<string, unknown>
    if ([on, write, resume].every((method) => typeof method === 'function')) {
      this.#writer = new NodeWriter(stream as Duplex)
      this.#reader = new NodeReader(stream as Duplex)
      return
    }
    const pair = { readable, writable } as unknown as ReadableWritablePair
    if (typeof pair.readable?.getReader !== 'function' || typeof pair.writable?.getWriter !== 'function') {
      throw new InvalidOptionError(
        `What the function of ${owner}() returns`,
        stream,
        'a Node duplex or transform, or a web transform stream',
      )
    }
    this.#writer = new WebWriter(pair.writable)
    this.#reader = new WebReader(pair.readable)
  }

  write(item: In): Awaitable<void> {
    return this.#writer.write(item)
  }

  async finish(): Promise<void> {
    await this.#writer.finish(true)
    this.#isFinished = true
  }

  async read(): Promise<readonly Out[] | undefined> {
    return (await this.#reader.read()) as readonly Out[] | undefined
  }

  settle(): void {}

  close(reason: unknown): void {
    if (!this.#isFinished) this.#writer.abandon(true, reason)
    this.#isFinished = true
    this.#reader.close()
  }
}
