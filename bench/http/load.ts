/**
 * How many requests a second go through a graph, and what memory does meanwhile: a server in a process of its own, a client
 * here, which checks each answer.
 *
 *     node --expose-gc --import tsx bench/http/load.ts [requests] [at once] [strategy] [work]
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { fileURLToPath } from 'node:url'
import { run, type SchedulerOptions } from 'millrace'
import served from './graph.ts'

const [requests = '50000', atOnce = '64', strategy = 'pool', work = '25000'] = process.argv.slice(2)
const PORT = 18_080 + (process.pid % 1000)
/** Looks at memory, over the whole. */
const LOOKS = 5

if (process.send === undefined) await measure()
else await serve()

/** Runs the graph until the parent says otherwise, and says how much memory it takes when asked. */
async function serve(): Promise<void> {
  const port = Number(process.env['PORT'])
  const scheduler = { strategy, ...(strategy === 'inline' ? {} : { workers: 2 }) } as SchedulerOptions
  const running = run(served({ port }), { scheduler })
  running.once('start', () => process.send?.('started'))
  process.on('message', (what) => {
    if (what === 'stop') void running.stop()
    else {
      gc?.()
      const { rss, heapUsed } = process.memoryUsage()
      process.send?.({ rss, heapUsed })
    }
  })
  const { results } = await running.done
  process.send?.(results['answers'], () => process.disconnect())
}

async function measure(): Promise<void> {
  const server = fork(fileURLToPath(import.meta.url), process.argv.slice(2), {
    env: { ...process.env, PORT: String(PORT) },
  })
  await once(server, 'message')
  const total = Number(requests)
  const agent = new Agent({ keepAlive: true, maxSockets: Number(atOnce) })
  const latencies: number[] = []
  let [next, wrong] = [0, 0]
  const worker = async (until: number): Promise<void> => {
    while (next < until) {
      const n = next++
      const began = performance.now()
      const { status, body } = await ask(agent, `/?n=${n}&work=${work}`)
      latencies.push(performance.now() - began)
      if (status !== 200 || (JSON.parse(body) as { n: number }).n !== n) wrong++
    }
  }
  const memory: { requests: number; rss: number; heapUsed: number }[] = []
  const look = async (): Promise<void> => {
    server.send('memory')
    const [used] = (await once(server, 'message')) as [{ rss: number; heapUsed: number }]
    memory.push({ requests: next, ...used })
  }
  await look()
  const began = performance.now()
  for (let part = 1; part <= LOOKS; part++) {
    const until = Math.round((total * part) / LOOKS)
    await Promise.all(Array.from({ length: Number(atOnce) }, () => worker(until)))
    await look()
  }
  const seconds = (performance.now() - began) / 1000
  agent.destroy()
  server.send('stop')
  const [summary] = (await once(server, 'message')) as [unknown]
  latencies.sort((a, b) => a - b)
  const at = (share: number): string =>
    `${(latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(1)} ms`
  console.log(
    `${strategy}: ${total} requests, ${atOnce} at once, ${seconds.toFixed(1)} s: ${Math.round(total / seconds)}/s`,
  )
  console.log(`wrong answers: ${wrong}; half within ${at(0.5)}, 99 % within ${at(0.99)}`)
  for (const { requests: done, rss, heapUsed } of memory) {
    console.log(
      `after ${String(done).padStart(6)}: ${(rss / 2 ** 20).toFixed(0)} MiB, heap ${(heapUsed / 2 ** 20).toFixed(1)} MiB`,
    )
  }
  console.log(summary)
}

function ask(agent: Agent, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    get({ port: PORT, host: '127.0.0.1', path, agent }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    }).on('error', reject)
  })
}
