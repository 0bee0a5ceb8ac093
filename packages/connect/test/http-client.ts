/** A plain HTTP client for tests and benchmarks: one request, or many with a number of them at once. Not published. */

import { Agent, request } from 'node:http'

export interface Asked {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly agent?: Agent
  readonly signal?: AbortSignal
}

/** Resolves with the whole answer. */
export function ask(port: number, path: string, asking: Asking = {}): Promise<Asked> {
  const { method = 'GET', headers = {}, body, agent, signal } = asking
  return new Promise((resolve, reject) => {
    const sent = request(
      { port, path, method, headers, host: '127.0.0.1', agent: agent ?? false, ...(signal && { signal }) },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        )
        response.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Calls `one` with 0 to `count` - 1, `atOnce` at a time, over as many connections. */
export async function many(
  count: number,
  atOnce: number,
  one: (n: number, agent: Agent) => Promise<void>,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) await one(next++, agent)
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, worker))
  } finally {
    agent.destroy()
  }
}
