/**
 * `Followers`: the pages that are open, over server-sent events. Frames go out as changes to the frame before. A page that
 * does not keep up is let go of, so nothing piles up, and comes back by itself; one that comes back, or has just been loaded,
 * is told what it missed if that is not much, else all of it.
 */

import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import { isOver } from '../model/moment.ts'
import type { Picture } from '../model/picture.ts'
import type { Frame, Recording } from '../model/protocol.ts'
import { packRecording, Wire } from '../model/wire.ts'

/** Pages at most at the same time. */
const MAX_FOLLOWERS = 8
/** Bytes that may wait for a slow page, beside those that it begins with. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024
/** Most characters kept of recent messages, for pages about to connect. */
const MAX_LOG_CHARS = 2 * 1024 * 1024
/** How long after it was loaded a page is expected to listen. */
const EXPECTED_MS = 10_000

interface Told {
  readonly number: number
  readonly text: string
}

/** All open pages. */
export class Followers {
  /** With the bytes that may wait for each. */
  readonly #open = new Map<ServerResponse, number>()
  /** Tells the messages of one server from those of the next at the same port. */
  readonly #name = randomBytes(6).toString('base64url')
  /** Numbers the messages. */
  #number = 0
  #wire = new Wire()
  #last: Frame | undefined
  /** What is told at the end of a run is waited for: a page that is let go of would find no server to come back to. */
  #isOver = false
  #log: Told[] = []
  #logChars = 0
  #expectedUntil = 0

  /** How many there are. */
  get count(): number {
    return this.#open.size
  }

  /** What is told from now on is of the run with this graph. */
  follow(picture: Picture | undefined): void {
    this.#wire = new Wire(picture)
    this.#last = undefined
    this.#isOver = false
  }

  /** A page gets what there is so far, and will listen for what follows on this. */
  expect(): string {
    this.#expectedUntil = performance.now() + EXPECTED_MS
    return `${this.#name}.${this.#number}`
  }

  /** Adds a page, which knows all up to `after`; else it is told what there is so far. False if there are too many. */
  add(response: ServerResponse, after: string | undefined, recording: () => Recording): boolean {
    if (this.#open.size >= MAX_FOLLOWERS) return false
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
    const opening = this.#since(after) ?? this.#message('recording', packRecording(recording()))
    response.write(opening)
    // were it counted, a page would never get a recording that is longer than the bound
    this.#open.set(response, Buffer.byteLength(opening) + MAX_WAITING_BYTES)
    // a page that goes away while it is told something is no fault of the run's, and would end its process; 'close' follows
    response.on('error', () => undefined)
    response.on('close', () => {
      this.#open.delete(response)
      // it may come back
      this.expect()
    })
    return true
  }

  /** Tells all that keep up. */
  tell(name: string, data: unknown): void {
    const before = this.#last
    if (name === 'frame') {
      this.#last = data as Frame
      this.#isOver = isOver(this.#last)
    }
    this.#number++
    if (this.#open.size === 0 && performance.now() > this.#expectedUntil) {
      this.#log = []
      this.#logChars = 0
      return
    }
    const text = this.#message(name, name === 'frame' ? this.#wire.packFrame(data as Frame, before) : data)
    this.#keep(text)
    for (const [response, maxBytes] of this.#open) {
      if (this.#isOver || response.writableLength <= maxBytes) response.write(text)
      else this.#drop(response)
    }
  }

  /** The page has all up to some message, and nothing after that: it comes back with the number of that one. */
  #drop(response: ServerResponse): void {
    this.#open.delete(response)
    response.destroy()
    this.expect()
  }

  /** Lets go of all pages: they are told nothing further. Resolves when what was told is on its way, or after `withinMs`. */
  async end(withinMs: number): Promise<void> {
    const open = [...this.#open.keys()]
    this.#open.clear()
    const flushed = open.map((response) => new Promise<void>((resolve) => response.end(resolve)))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs)
    })
    await Promise.race([Promise.all(flushed), late])
    clearTimeout(timer)
  }

  /** What was told after a message; undefined if that is not known any more. */
  #since(after: string | undefined): string | undefined {
    const [, name, number] = /^([\w-]+)\.(\d+)$/.exec(after ?? '') ?? []
    const known = Number(number)
    const first = this.#log[0]?.number ?? this.#number + 1
    if (name !== this.#name || known > this.#number || known + 1 < first) return undefined
    // a comment, so that a page that has missed nothing knows that it is connected
    return [':\n\n', ...this.#log.flatMap((told) => (told.number > known ? [told.text] : []))].join('')
  }

  #keep(text: string): void {
    this.#log.push({ number: this.#number, text })
    this.#logChars += text.length
    while (this.#logChars > MAX_LOG_CHARS) this.#logChars -= this.#log.shift()?.text.length ?? 0
  }

  #message(name: string, data: unknown): string {
    return `event: ${name}\nid: ${this.#name}.${this.#number}\ndata: ${JSON.stringify(data)}\n\n`
  }
}
