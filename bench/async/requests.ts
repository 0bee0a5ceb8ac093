// Requests to a server on this machine, over connections that are kept. Each contender has a server to itself.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import type { Kind } from './delays.ts'

/** What the calls of a workload wait for, and how to be done with it. */
export interface Made {
  /** Resolves to the answer to an item. */
  readonly call: (item: number) => Promise<number>
  readonly close?: () => unknown
}

/** @param connections at most, which is enough for all calls under way */
export async function requests(kind: Kind, connections: number): Promise<Made> {
  const server = fork(new URL('./server.js', import.meta.url), [kind])
  const [port] = (await once(server, 'message')) as [number]
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const call = (item: number): Promise<number> =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: `/${item}`, agent }, (response) => {
        let text = ''
        response.setEncoding('latin1')
        response.on('data', (part: string) => {
          text += part
        })
        response.on('end', () => resolve(Number(text)))
        response.on('error', reject)
      }).on('error', reject)
    })
  const close = (): void => {
    agent.destroy()
    server.disconnect()
  }
  return { call, close }
}
