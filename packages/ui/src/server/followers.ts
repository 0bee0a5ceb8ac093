/** `Followers`: the pages that are open, over server-sent events. A page that does not keep up misses frames, and nothing piles up. */

import type { ServerResponse } from 'node:http'

/** Pages at most at the same time. */
const MAX_FOLLOWERS = 8
/** Bytes that may wait for a slow page. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024

/** All open pages. */
export class Followers {
  readonly #open = new Set<ServerResponse>()

  /** How many there are. */
  get count(): number {
    return this.#open.size
  }

  /** Adds a page and tells it what there is so far; false if there are too many. */
  add(response: ServerResponse, name: string, data: unknown): boolean {
    if (this.#open.size >= MAX_FOLLOWERS) return false
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
    response.write(message(name, data))
    this.#open.add(response)
    response.on('close', () => this.#open.delete(response))
    return true
  }

  /** Tells all. */
  tell(name: string, data: unknown): void {
    if (this.#open.size === 0) return
    const text = message(name, data)
    for (const response of this.#open) {
      if (name === 'frame' && response.writableLength > MAX_WAITING_BYTES) continue
      response.write(text)
    }
  }

  /** Resolves when what was told is on its way, or after `withinMs`. */
  async end(withinMs: number): Promise<void> {
    const flushed = [...this.#open].map((response) => new Promise<void>((resolve) => response.end(resolve)))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs)
    })
    await Promise.race([Promise.all(flushed), late])
    clearTimeout(timer)
  }
}

function message(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
