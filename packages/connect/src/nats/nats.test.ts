// The contract of connectors against a real NATS server: streams, read and written.

import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { map } from '@millrace/terms'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { type SinkPlace, type SourcePlace, sinkContract, sourceContract } from '../../test/connector.case.ts'
import { answers, services } from '../../test/service.ts'
import { jetStream, toJetStream } from './index.ts'

const service = services.nats
const isThere = await answers(service)
const module = fileURLToPath(new URL('../../test/fixtures/nats.ts', import.meta.url))
const urlOf = (port: number): string => `nats://127.0.0.1:${port}`
const AHEAD_ITEMS = 50

async function openStream() {
  const connection = await connect({ servers: `${service.host}:${service.port}` })
  const manager = await jetstreamManager(connection)
  const stream = `test-${randomUUID()}`
  await manager.streams.add({ name: stream, subjects: [`${stream}.>`] })
  const close = async (): Promise<void> => {
    await manager.streams.delete(stream)
    await connection.close()
  }
  return { manager, stream, close }
}

async function openSource(): Promise<SourcePlace> {
  const { manager, stream, close } = await openStream()
  return {
    close,
    params: { stream },
    async fill(numbers) {
      const js = manager.jetstream()
      await Promise.all(numbers.map((n) => js.publish(`${stream}.n`, String(n))))
    },
    source: (port) =>
      jetStream(stream, { url: urlOf(port), batchItems: AHEAD_ITEMS }).pipe(map(({ data }) => Number(data))),
    async fetched() {
      const [consumer] = await manager.consumers.list(stream).next()
      return consumer?.delivered.consumer_seq ?? 0
    },
  }
}

async function openSink(): Promise<SinkPlace> {
  const { manager, stream, close } = await openStream()
  return {
    close,
    params: { stream },
    sink: (port) =>
      map((n: number) => ({ subject: `${stream}.n`, data: String(n) })).pipe(
        toJetStream({ url: urlOf(port), batchItems: 50 }),
      ),
    async contents() {
      const { messages } = (await manager.streams.info(stream)).state
      const stored = Array.from({ length: messages }, (_, at) =>
        manager.streams.getMessage(stream, { seq: at + 1 }),
      )
      return (await Promise.all(stored)).map((message) => Number(message?.string()))
    },
  }
}

if (isThere) {
  sourceContract({
    name: 'jetStream',
    service,
    guarantee: 'exactly once',
    aheadItems: AHEAD_ITEMS,
    module,
    open: openSource,
  })
  sinkContract({ name: 'toJetStream', service, guarantee: 'exactly once', module, open: openSink })
}
