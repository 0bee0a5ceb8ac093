/** `WriterSink`: a sink that gathers items and writes them to a server batch by batch. Extended by the sinks of brokers. */

import { type Context, SinkTerm } from '@millrace/core'
import { Batcher, type BatchOptions } from './batcher.ts'

/** What such a sink has written, in all attempts of the run. */
export interface Written {
  readonly messages: number
}

/** What one run writes through. */
export interface Writer<Entry> {
  /** Resolves once the batch is safe where it belongs; it may try several times. */
  write(batch: readonly Entry[]): Promise<void>
  /** Lets go: what is under way fails. Never fails itself. */
  end(): Promise<void>
}

interface Writing<Entry> {
  readonly writer: Writer<Entry>
  readonly batcher: Batcher<Entry>
}

/**
 * The base of sinks. What was written before a checkpoint is safe before that checkpoint counts; a run that goes on writes
 * what came after it once more.
 */
export abstract class WriterSink<in Item, Entry, State extends { messages: number }> extends SinkTerm<
  Item,
  Written,
  State
> {
  /** By the context of the run: the same term may be in several runs at once. */
  readonly #writings = new WeakMap<object, Writing<Entry>>()
  readonly #options: Required<BatchOptions>

  constructor(options: Required<BatchOptions>) {
    super()
    this.#options = options
  }

  /** Makes what a run writes through. Connects to nothing yet. */
  protected abstract writer(ctx: Context<State, never>): Writer<Entry>

  /** What is written for an item. @throws {BadInputError} for one that cannot be written. */
  protected abstract entry(item: Item, ctx: Context<State, never>): Entry

  override enter(ctx: Context<State, never>): void {
    const writer = this.writer(ctx)
    const batcher = new Batcher<Entry>(this.#options, ctx.clock, (batch) => writer.write(batch))
    this.#writings.set(ctx, { writer, batcher })
  }

  override write(item: Item, ctx: Context<State, never>): void | Promise<void> {
    const entry = this.entry(item, ctx)
    ctx.state.messages++
    return this.#writings.get(ctx)?.batcher.add(entry)
  }

  override async flush(ctx: Context<State, never>): Promise<void> {
    await this.#writings.get(ctx)?.batcher.flush()
  }

  override async result(ctx: Context<State, never>): Promise<Written> {
    await this.flush(ctx)
    return { messages: ctx.state.messages }
  }

  override async exit(ctx: Context<State, never>): Promise<void> {
    const writing = this.#writings.get(ctx)
    await writing?.writer.end()
    await writing?.batcher.end()
  }
}
