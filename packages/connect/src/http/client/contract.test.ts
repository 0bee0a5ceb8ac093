// `pages` and `events` keep the contract of sources: in order, held back, each item once whatever is cut or killed.

import { fileURLToPath } from 'node:url'
import { map } from '@millrace/terms'
import { afterAll } from 'vitest'
import { type SourcePlace, sourceContract } from '../../../test/connector.case.ts'
import { NumberServer, PAGE_ITEMS } from '../../../test/number-server.ts'
import { events, pages, type ServerEvent } from '../index.ts'

const server = new NumberServer()
const service = await server.listen('a server of numbers')
afterAll(() => server.close())
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/${name}.ts`, import.meta.url))
const reconnect = { delayMs: 5 }

async function openPlace(
  kind: string,
  source: (url: string) => ReturnType<SourcePlace['source']>,
): Promise<SourcePlace> {
  const { name, place } = server.open()
  const path = `/${kind}/${name}`
  return {
    fill: async (numbers) => void place.numbers.push(...numbers),
    source: (port) => source(`http://127.0.0.1:${port}${path}`),
    fetched: async () => place.sent,
    params: { path },
    close: async () => server.remove(name),
  }
}

sourceContract({
  name: 'pages',
  service,
  guarantee: 'exactly once',
  // a page that is being taken, and the next
  aheadItems: 3 * PAGE_ITEMS,
  module: fixture('http-pages'),
  open: () => openPlace('pages', (url) => pages<number>(url, { reconnect })),
})

sourceContract({
  name: 'events',
  service,
  guarantee: 'exactly once',
  // what buffers of sockets hold is told by bytes: all of 5,000 numbers may be there
  aheadItems: 5000,
  module: fixture('http-events'),
  open: () =>
    openPlace('events', (url) =>
      events(url, { reconnect }).pipe(map(({ data }: ServerEvent) => Number(data))),
    ),
})
