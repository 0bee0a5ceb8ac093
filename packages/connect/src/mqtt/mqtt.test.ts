// The contract of connectors against a real Mosquitto of its own, which drops nothing from long queues.

import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { map } from '@millrace/terms'
import { connectAsync } from 'mqtt'
import { afterAll } from 'vitest'
import { type SinkPlace, type SourcePlace, sinkContract, sourceContract } from '../../test/connector.case.ts'
import { isInstalled, OwnServer } from '../../test/own-server.ts'
import { publish, topics } from './index.ts'

const module = fileURLToPath(new URL('../../test/fixtures/mqtt.ts', import.meta.url))
const urlOf = (port: number): string => `mqtt://127.0.0.1:${port}`
const AHEAD_ITEMS = 50

async function startMosquitto(): Promise<OwnServer> {
  return await OwnServer.start('Mosquitto', (port, folder) => {
    const config = join(folder, 'mosquitto.conf')
    const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'max_queued_messages 0', 'user root']
    writeFileSync(config, `${lines.join('\n')}\n`)
    return ['mosquitto', '-c', config]
  })
}

/** The session of a reader, which keeps what comes from here on. */
async function openSession(port: number, topic: string, clientId: string) {
  const options = {
    clientId,
    clean: false,
    protocolVersion: 5,
    properties: { sessionExpiryInterval: 600 },
  } as const
  const client = await connectAsync(urlOf(port), options)
  await client.subscribeAsync(topic, { qos: 1 })
  return client
}

async function openSource(port: number): Promise<SourcePlace> {
  const topic = `test-${randomUUID()}`
  const clientId = `${topic}-reader`
  const session = await openSession(port, topic, clientId)
  await session.endAsync()
  const client = await connectAsync(urlOf(port))
  return {
    close: () => client.endAsync(),
    params: { topic },
    async fill(numbers) {
      await Promise.all(numbers.map((n) => client.publishAsync(topic, String(n), { qos: 1 })))
    },
    source: (through) =>
      topics(topic, { url: urlOf(through), clientId, prefetch: AHEAD_ITEMS }).pipe(
        map(({ data }) => Number(data)),
      ),
  }
}

async function openSink(port: number, qos: 1 | 2): Promise<SinkPlace> {
  const topic = `test-${randomUUID()}`
  const session = await openSession(port, topic, `${topic}-collector`)
  const came: number[] = []
  let onMark = (): void => undefined
  session.on('message', (_topic, payload) => {
    if (String(payload) === 'mark') onMark()
    else came.push(Number(payload))
  })
  return {
    close: () => session.endAsync(),
    params: { topic, qos },
    sink: (through) =>
      map((n: number) => ({ topic, data: String(n) })).pipe(
        publish({ url: urlOf(through), qos, batchItems: 50 }),
      ),
    async contents() {
      const marked = new Promise<void>((resolve) => {
        onMark = resolve
      })
      await session.publishAsync(topic, 'mark', { qos: 1 })
      await marked
      return [...came]
    },
  }
}

if (isInstalled('mosquitto')) {
  const service = await startMosquitto()
  afterAll(() => service.close())
  sourceContract({
    name: 'topics',
    service,
    guarantee: 'at least once',
    aheadItems: AHEAD_ITEMS,
    module,
    open: () => openSource(service.port),
  })
  for (const qos of [1, 2] as const) {
    sinkContract({
      name: `publish with QoS ${qos}`,
      service,
      guarantee: 'at least once',
      module,
      open: () => openSink(service.port, qos),
    })
  }
}
