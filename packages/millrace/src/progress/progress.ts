/**
 * The progress line: drawn in place on a terminal's last line, and taken away before anything else is printed there.
 * Made by `command/run.ts` if stderr is a terminal. It keeps no timer: the run's `stats` events drive it.
 */

/** The part of a terminal's stream that is used. */
export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** A stream to which others print too. */
export interface SharedOutput {
  readonly isTTY?: boolean
  write: NodeJS.WriteStream['write']
}

const BACK_AND_CLEAR = '\r\u001B[K'

/** One line that is redrawn. */
export class Progress {
  readonly #terminal: Terminal
  readonly #output: SharedOutput
  readonly #write: NodeJS.WriteStream['write']
  #isDrawn = false
  /** While the graph has left a line unfinished nothing is drawn: it would overwrite that line. */
  #isLineOpen = false

  /** `output` is where the graph prints; if it is a terminal too, it is taken to be the same one. */
  constructor(terminal: Terminal, output: SharedOutput) {
    this.#terminal = terminal
    this.#output = output
    this.#write = output.write
    if (output.isTTY === true) output.write = this.#writeAround as NodeJS.WriteStream['write']
  }

  readonly #writeAround = (...args: Parameters<NodeJS.WriteStream['write']>): boolean => {
    this.clear()
    const [chunk] = args
    if (chunk.length > 0)
      this.#isLineOpen = typeof chunk === 'string' ? !chunk.endsWith('\n') : chunk.at(-1) !== 10
    return this.#write.apply(this.#output, args)
  }

  /** Characters that fit on the line. */
  get width(): number {
    // a line that fills the last column makes some terminals scroll
    return (this.#terminal.columns ?? 80) - 1
  }

  /** Draws the line in place of the one before. */
  draw(line: string): void {
    if (this.#isLineOpen) return
    this.#terminal.write(`${BACK_AND_CLEAR}${line}`)
    this.#isDrawn = true
  }

  /** Takes the line away, until it is drawn again. */
  clear(): void {
    if (!this.#isDrawn) return
    this.#isDrawn = false
    this.#terminal.write(BACK_AND_CLEAR)
  }

  /** Takes the line away for good and leaves the output as it was. */
  close(): void {
    this.clear()
    if (this.#output.isTTY === true) this.#output.write = this.#write
  }
}
