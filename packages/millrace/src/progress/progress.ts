/**
 * The progress of a run on a terminal: lines that are drawn in place at its end, and taken away before anything else is
 * printed there. Made by `command/run.ts` if stderr is a terminal. It keeps no timer: the run's `stats` events drive it.
 */

import { columnsOf } from '../report/table.ts'

/** The part of a terminal's stream that is used. Others print to it, too. */
export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write: NodeJS.WriteStream['write']
}

type Write = NodeJS.WriteStream['write']

/** From the line where the cursor is to the end of the screen. */
const CLEAR_BELOW = '\r\u001B[J'

/** Lines that are redrawn. */
export class Progress {
  readonly #terminal: Terminal
  readonly #restore: (() => void)[] = []
  readonly #write: (text: string) => unknown
  /** What stands on the terminal now. */
  #drawn: readonly string[] = []
  /** While somebody has left a line unfinished nothing is drawn: it would overwrite that line. */
  #isLineOpen = false

  /** `output` is where the graph prints; if it is a terminal too, it is taken to be the same one. */
  constructor(terminal: Terminal, output: Terminal) {
    this.#terminal = terminal
    const { write } = terminal
    this.#write = (text) => write.call(terminal, text)
    for (const stream of new Set([terminal, output])) if (stream.isTTY === true) this.#watch(stream)
  }

  /** What is written to the stream from now on comes in place of what is drawn. */
  #watch(stream: Terminal): void {
    const { write } = stream
    this.#restore.push(() => {
      stream.write = write
    })
    stream.write = ((...args: Parameters<Write>): boolean => {
      this.clear()
      const [chunk] = args
      if (chunk.length > 0)
        this.#isLineOpen = typeof chunk === 'string' ? !chunk.endsWith('\n') : chunk.at(-1) !== 10
      return write.apply(stream, args)
    }) as Write
  }

  /** Characters that fit on a line. */
  get width(): number {
    // a line that fills the last column makes some terminals scroll
    return (this.#terminal.columns ?? 80) - 1
  }

  /** Lines that fit on the terminal. */
  get height(): number {
    return this.#terminal.rows ?? 24
  }

  /** Draws lines in place of those before. */
  draw(lines: readonly string[]): void {
    if (this.#isLineOpen) return
    this.#write(`${this.#back}${lines.join('\n')}`)
    this.#drawn = lines
  }

  /** Takes the lines away, until they are drawn again. */
  clear(): void {
    if (this.#drawn.length === 0) return
    this.#write(this.#back)
    this.#drawn = []
  }

  /** Takes the lines away for good and leaves the streams as they were. */
  close(): void {
    this.clear()
    for (const restore of this.#restore.splice(0)) restore()
  }

  /** Moves to where the first line begins, and clears from there. A terminal that became narrower has wrapped them. */
  get #back(): string {
    const columns = this.width + 1
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(columnsOf(line) / columns)), 0)
    return rows > 1 ? `\u001B[${rows - 1}A${CLEAR_BELOW}` : CLEAR_BELOW
  }
}
