// The contract of connectors against a real RabbitMQ: queues and streams, read and written.

import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { map } from '@millrace/terms'
import { connect } from 'amqplib'
import { type SinkPlace, type SourcePlace, sinkContract, sourceContract } from '../../test/connector.case.ts'
import { answers, services } from '../../test/service.ts'
import { queue, stream, toQueue } from './index.ts'

const service = services.rabbitmq
const isThere = await answers(service)
const module = fileURLToPath(new URL('../../test/fixtures/rabbitmq.ts', import.meta.url))
const urlOf = (port: number): string => `amqp://127.0.0.1:${port}`
const AHEAD_ITEMS = 50

async function openQueue(type: 'classic' | 'stream') {
  const connection = await connect(urlOf(service.port))
  const channel = await connection.createConfirmChannel()
  const name = `test-${randomUUID()}`
  await channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': type } })
  const close = async (): Promise<void> => {
    await channel.deleteQueue(name)
    await connection.close()
  }
  return { channel, name, close }
}

async function openSource(type: 'classic' | 'stream'): Promise<SourcePlace> {
  const { channel, name, close } = await openQueue(type)
  let filled = 0
  return {
    close,
    params: { name, kind: type },
    async fill(numbers) {
      filled += numbers.length
      for (const n of numbers) channel.sendToQueue(name, Buffer.from(String(n)))
      await channel.waitForConfirms()
    },
    source(port) {
      const options = { url: urlOf(port), prefetch: AHEAD_ITEMS }
      const source = type === 'stream' ? stream(name, options) : queue(name, options)
      return source.pipe(map(({ data }) => Number(data)))
    },
    async fetched({ receivedBytes }) {
      if (type === 'classic') return filled - (await channel.checkQueue(name)).messageCount
      // a stream keeps its messages; a delivery has some 160 bytes
      return Math.floor(receivedBytes / 160)
    },
  }
}

async function openSink(): Promise<SinkPlace> {
  const { channel, name, close } = await openQueue('classic')
  return {
    close,
    params: { name },
    sink: (port) =>
      map((n: number) => ({ data: String(n) })).pipe(toQueue(name, { url: urlOf(port), batchItems: 50 })),
    async contents() {
      const numbers: number[] = []
      for (let more = true; more; ) {
        const message = await channel.get(name, { noAck: true })
        if (message === false) more = false
        else numbers.push(Number(message.content))
      }
      return numbers
    },
  }
}

if (isThere) {
  sourceContract({
    name: 'queue',
    service,
    guarantee: 'at least once',
    aheadItems: AHEAD_ITEMS,
    module,
    open: () => openSource('classic'),
  })
  sourceContract({
    name: 'stream',
    service,
    guarantee: 'exactly once',
    // the server sends chunks as they were stored, and counts them down afterwards
    aheadItems: AHEAD_ITEMS + 1000,
    module,
    open: () => openSource('stream'),
  })
  sinkContract({ name: 'toQueue', service, guarantee: 'at least once', module, open: openSink })
}
