/**
 * `Telemetry`: what `millrace run --telemetry` leaves behind: the figures of a run, a line of JSON each second and one at
 * the end. Called by `command/run.ts`.
 *
 * A line that is still on its way to the disk has the next one dropped and counted: lines neither pile up nor keep the
 * run waiting.
 */

import { open } from 'node:fs/promises'
import { BadInputError, type Clock, messageOf, type Stats } from '@millrace/core'
import { watchClock } from '@millrace/core/engine'

/** Where lines go; a file, but for tests. */
export interface LineSink {
  append(text: string): Promise<unknown>
  close(): Promise<void>
}

/** How a run can end, for the last line. */
export type TelemetryOutcome = 'completed' | 'stopped' | 'failed' | 'cancelled'

const EVERY_MS = 1000

/** Opens the file, to which lines are appended. @throws {BadInputError} if it cannot be written to. */
export async function openTelemetry(file: string): Promise<Telemetry> {
  try {
    const handle = await open(file, 'a')
    const sink = { append: (text: string) => handle.appendFile(text), close: () => handle.close() }
    return new Telemetry(file, sink, watchClock)
  } catch (cause) {
    throw new BadInputError(`The telemetry ${file} cannot be written: ${messageOf(cause)}`, { cause })
  }
}

/** Writes lines, one at a time. */
export class Telemetry {
  readonly #file: string
  readonly #sink: LineSink
  readonly #clock: Clock
  #stats: () => Stats = () => {
    throw new TypeError('begin() comes first')
  }
  #cancel = (): void => {}
  #underWay: Promise<void> | undefined
  #dropped = 0
  #failure: { readonly error: unknown } | undefined
  /** A line that failed may have been written in part: the next one begins anew. */
  #lead = ''

  constructor(file: string, sink: LineSink, clock: Clock) {
    this.#file = file
    this.#sink = sink
    this.#clock = clock
  }

  /** Writes a line each second from now on. */
  begin(stats: () => Stats): void {
    this.#stats = stats
    const tick = (): void => {
      this.#cancel = this.#clock.after(EVERY_MS, tick)
      if (this.#underWay === undefined) this.#write('running')
      else this.#dropped++
    }
    this.#cancel = this.#clock.after(EVERY_MS, tick)
  }

  /** Writes the last line, once the one before is on the disk. Returns what is to be said of it: nothing, if all went well. */
  async end(outcome: TelemetryOutcome): Promise<string[]> {
    this.#cancel()
    await this.#underWay
    this.#write(outcome)
    await this.#underWay
    await this.#sink.close().catch((error: unknown) => this.#onFailed(error))
    return [
      ...(this.#dropped === 0
        ? []
        : [`telemetry ${this.#file}: ${this.#dropped} lines dropped: the disk was slow`]),
      ...(this.#failure === undefined
        ? []
        : [`telemetry ${this.#file}: lines are missing: ${messageOf(this.#failure.error)}`]),
    ]
  }

  #write(outcome: TelemetryOutcome | 'running'): void {
    const time = new Date(this.#clock.now()).toISOString()
    const line = JSON.stringify({ time, outcome, droppedLines: this.#dropped, ...this.#stats() })
    const text = `${this.#lead}${line}\n`
    this.#lead = ''
    this.#underWay = this.#sink
      .append(text)
      .catch((error: unknown) => this.#onFailed(error))
      .then(() => {
        this.#underWay = undefined
      })
  }

  #onFailed(error: unknown): void {
    this.#failure ??= { error }
    this.#lead = '\n'
  }
}
