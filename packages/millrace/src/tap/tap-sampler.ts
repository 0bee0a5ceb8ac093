/**
 * `TapSampler`: shows a few of the items that pass a tap, as text: so many within half a second, the rest are counted.
 * Made by `command/run.ts` for each `--tap`. Its timer keeps no process alive, and runs only while items come.
 */

import { inspect } from 'node:util'
import { messageOf } from '@millrace/core'

/** Items are shown in portions of this time. */
const WINDOW_MS = 500
/** Items shown in a portion at most. */
export const MAX_TAPPED = 100
const MAX_TEXT = 2000

/** A portion of items. */
export interface Tapped {
  readonly items: readonly { readonly time: number; readonly text: string }[]
  /** Items that passed and are not shown. */
  readonly skipped: number
}

/** Takes each item; tells a portion at a time. */
export class TapSampler {
  readonly #limit: number
  readonly #tell: (tapped: Tapped) => void
  #items: { time: number; text: string }[] = []
  #skipped = 0
  #timer: NodeJS.Timeout | undefined

  constructor(limit: number, tell: (tapped: Tapped) => void) {
    this.#limit = limit
    this.#tell = tell
  }

  /** Whether the next item would be shown. */
  get isWanted(): boolean {
    return this.#items.length < this.#limit
  }

  /** Looks at an item; it becomes text at once, since nothing may be kept of it. */
  onItem(item: unknown): void {
    if (this.#items.length >= this.#limit) this.#skipped++
    else {
      this.#items.push({ time: Date.now(), text: textOf(item) })
      if (this.#timer === undefined) this.#timer = setTimeout(() => this.flush(), WINDOW_MS).unref()
      // the next ones come half a second after the last of these
      else if (!this.isWanted) this.#timer.refresh()
    }
  }

  /** Tells what has come so far. To be called at the end, too. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#items.length === 0) return
    const tapped = { items: this.#items, skipped: this.#skipped }
    this.#items = []
    this.#skipped = 0
    this.#tell(tapped)
  }
}

function textOf(item: unknown): string {
  const text = inspected(item)
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}

/** An item may throw when it is looked at; who watches a run must not end it. */
function inspected(item: unknown): string {
  try {
    return inspect(item, { depth: 6, breakLength: Number.POSITIVE_INFINITY, maxStringLength: MAX_TEXT })
  } catch (error) {
    return `[cannot be shown: ${messageOf(error)}]`
  }
}
