/**
 * `EventParser`: takes a stream of server-sent events apart, by the rules of the WHATWG's HTML standard, 9.2.6. Made by
 * `events`, one for each connection.
 */

import { BadInputError } from '@millrace/core'

/** A server-sent event. */
export interface ServerEvent {
  /** What the server calls it; an empty text if it names none. A client that comes back says which one it had last. */
  readonly id: string
  /** Its name; `message` if the server gives none. */
  readonly type: string
  /** Lines are joined with `\n`. */
  readonly data: string
}

/** Keeps what is not complete yet. */
export class EventParser {
  readonly #maxBytes: number
  readonly #decoder = new TextDecoder()
  #text = ''
  /** The text before ended with `\r`: a `\n` that follows belongs to it. */
  #isAfterReturn = false
  #data: string[] = []
  #dataLength = 0
  #type = ''
  #id: string
  /** The id of the last event that was given; also one without data has one. */
  lastEventId: string
  /** What the server wants a client to wait before it comes back. */
  retryMs: number | undefined

  /** @param lastEventId of the connection before: events without an id have it, too. */
  constructor(maxBytes: number, lastEventId: string) {
    this.#maxBytes = maxBytes
    this.#id = lastEventId
    this.lastEventId = lastEventId
  }

  /** The events that are complete with it. @throws {BadInputError} for one that is too long. */
  push(chunk: Uint8Array): ServerEvent[] {
    const events: ServerEvent[] = []
    let text = this.#decoder.decode(chunk, { stream: true })
    if (this.#isAfterReturn && text !== '') {
      this.#isAfterReturn = false
      if (text.startsWith('\n')) text = text.slice(1)
    }
    const all = this.#text + text
    let from = 0
    const ends = /\r\n|\r|\n/g
    // what was there before has no end of a line
    ends.lastIndex = this.#text.length
    for (let end = ends.exec(all); end !== null; end = ends.exec(all)) {
      const event = this.#onLine(all.slice(from, end.index))
      if (event !== undefined) events.push(event)
      from = ends.lastIndex
    }
    if (from > 0 && from === all.length) this.#isAfterReturn = all.endsWith('\r')
    this.#text = all.slice(from)
    if (this.#text.length + this.#dataLength > this.#maxBytes) {
      throw new BadInputError(
        `A server-sent event has more than ${this.#maxBytes} characters. Raise maxEventBytes if that is right.`,
      )
    }
    return events
  }

  #onLine(line: string): ServerEvent | undefined {
    if (line === '') return this.#dispatch()
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    switch (name) {
      case 'data':
        this.#data.push(value)
        this.#dataLength += value.length + 1
        break
      case 'event':
        this.#type = value
        break
      case 'id':
        if (!value.includes('\0')) this.#id = value
        break
      case 'retry':
        if (/^\d+$/.test(value)) this.retryMs = Number(value)
    }
    return undefined
  }

  #dispatch(): ServerEvent | undefined {
    this.lastEventId = this.#id
    const [data, type] = [this.#data, this.#type]
    this.#data = []
    this.#dataLength = 0
    this.#type = ''
    if (data.length === 0) return undefined
    return { id: this.#id, type: type === '' ? 'message' : type, data: data.join('\n') }
  }
}
