/** A server that speaks as much of Redis as a test needs, to say what a real one would say only in bad moments. */

import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** What a command is answered with, in the protocol of Redis; `undefined` for no answer at all. */
export type Answer = (name: string, args: readonly string[]) => string | undefined

/** Listens on a free port of loopback until the test is over. @returns the port. */
export async function fakeRedis(answer: Answer): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
      for (let read = commandIn(text); read !== undefined; read = commandIn(text)) {
        const [[name = '', ...args], length] = read
        text = text.slice(length)
        const said = answer(name.toUpperCase(), args)
        if (said !== undefined) socket.write(said)
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** The first whole command, and how long it is as text: all that tests send is ASCII. */
function commandIn(text: string): readonly [parts: readonly string[], length: number] | undefined {
  const lines = text.split('\r\n')
  const count = Number(/^\*(\d+)$/.exec(lines[0] ?? '')?.[1])
  if (Number.isNaN(count) || lines.length <= 2 * count + 1) return undefined
  const used = lines.slice(0, 2 * count + 1)
  return [used.filter((_, at) => at > 0 && at % 2 === 0), used.join('\r\n').length + 2]
}

/** An array of the protocol. */
export function array(...parts: readonly string[]): string {
  return `*${parts.length}\r\n${parts.join('')}`
}

/** A text of the protocol. */
export function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`
}

export const NULL = '*-1\r\n'
export const OK = '+OK\r\n'
