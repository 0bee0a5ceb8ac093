/**
 * `Duct` and `DuctTerm`: a term that writes its items into something and gives what comes out of it. What `through`,
 * `exec`, `compress` and `decompress` have in common.
 */

import { type Awaitable, CancelledError, type StreamContext, StreamTerm, type View } from '@millrace/core'

/** Something with an input and an output, each with a bounded buffer of its own. */
export interface Duct<In, Out> {
  /** Writes one item; a promise while there is no room. */
  write(item: In): Awaitable<void>
  /** The input has ended. Resolves when everything was written. */
  finish(): Promise<void>
  /** What has come out, at least one item; `undefined` once the output has ended. One call at a time. */
  read(): Promise<readonly Out[] | undefined>
  /** Whether what is written is still of use. Where it is not, the rest of the input is not read. */
  readonly isOpen: boolean
  /** The output has ended: fails if that was not in good order. */
  settle(): Awaitable<void>
  /** Lets everything go. Idempotent, never fails; resolves when it is gone. */
  close(reason: unknown): Awaitable<void>
}

/** Feeds a duct and reads it at the same time. It ends when the duct's output does. */
export abstract class DuctTerm<in In, out Out> extends StreamTerm<In, Out> {
  /** One duct per run. By the signal, which is the same in `run` and `exit`; the contexts are not. */
  readonly #ducts = new WeakMap<AbortSignal, Duct<never, unknown>>()
  readonly #exited = new WeakSet<AbortSignal>()

  /** Opens a duct for one run. */
  protected abstract open(): Awaitable<Duct<In, Out>>

  override async run(view: View<In>, ctx: StreamContext<unknown, Out>): Promise<void> {
    const duct = await this.open()
    this.#ducts.set(ctx.signal, duct)
    if (this.#exited.has(ctx.signal)) {
      await duct.close(undefined)
      throw new CancelledError(undefined)
    }
    const feeding = feed(view, duct)
    const draining = drain(duct, ctx)
    // the output's end is the end; an input that has not been used up by then is let go
    feeding.catch(() => undefined)
    await Promise.race([draining, feeding.then(() => draining)])
  }

  override async exit(ctx: { readonly signal: AbortSignal }): Promise<void> {
    this.#exited.add(ctx.signal)
    await this.#ducts.get(ctx.signal)?.close(ctx.signal.reason)
  }
}

async function feed<In>(view: View<In>, duct: Duct<In, unknown>): Promise<void> {
  for (let item = await view.next(); item !== undefined; item = await view.next()) {
    await duct.write(item)
    if (!duct.isOpen) return
  }
  await duct.finish()
}

async function drain<Out>(duct: Duct<never, Out>, ctx: StreamContext<unknown, Out>): Promise<void> {
  for (let items = await duct.read(); items !== undefined; items = await duct.read()) {
    for (const item of items) await ctx.emit(item)
  }
  await duct.settle()
}
