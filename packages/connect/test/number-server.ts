/**
 * A server that has numbers, page by page and as server-sent events, for the contract of sources. A place is a list of its
 * own, which can be made longer while it is read. Not published.
 */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Service } from './service.ts'

export const PAGE_ITEMS = 20

interface Place {
  readonly numbers: number[]
  /** Numbers that have been handed to a connection. */
  sent: number
}

/** Listens on a free port until the tests are over. */
export class NumberServer {
  readonly #places = new Map<string, Place>()
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  #made = 0

  async listen(name: string): Promise<Service> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return { name, host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port }
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  open(): { name: string; place: Place } {
    const name = `place-${++this.#made}`
    const place = { numbers: [], sent: 0 }
    this.#places.set(name, place)
    return { name, place }
  }

  remove(name: string): void {
    this.#places.delete(name)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined)
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    const [, kind, name = ''] = pathname.split('/')
    const place = this.#places.get(name)
    if (place === undefined) response.writeHead(404).end()
    else if (kind === 'pages') sendPage(place, pathname, Number(searchParams.get('page') ?? 1), response)
    else await sendEvents(place, Number(request.headers['last-event-id'] ?? -1) + 1, response)
  }
}

function sendPage(place: Place, path: string, page: number, response: ServerResponse): void {
  const { numbers } = place
  const items = numbers.slice((page - 1) * PAGE_ITEMS, page * PAGE_ITEMS)
  place.sent = Math.max(place.sent, (page - 1) * PAGE_ITEMS + items.length)
  if (page * PAGE_ITEMS < numbers.length) response.setHeader('link', `<${path}?page=${page + 1}>; rel="next"`)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(items))
}

async function sendEvents(place: Place, from: number, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  let isOpen = true
  response.on('close', () => {
    isOpen = false
  })
  for (let at = from; isOpen && at < place.numbers.length; at++) {
    const hasRoom = response.write(`id: ${at}\ndata: ${place.numbers[at]}\n\n`)
    place.sent = Math.max(place.sent, at + 1)
    if (!hasRoom && isOpen) {
      await Promise.race([once(response, 'drain'), once(response, 'close')]).catch(() => undefined)
    }
  }
}
