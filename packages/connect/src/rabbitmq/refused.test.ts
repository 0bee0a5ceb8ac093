// What a run says that RabbitMQ refuses, and how messages go through exchanges.

import { randomUUID } from 'node:crypto'
import { run } from '@millrace/core'
import { MemoryStore } from '@millrace/core/testing'
import { fromIterable, map, take } from '@millrace/terms'
import { type Channel, connect } from 'amqplib'
import { describe, expect, test } from 'vitest'
import { denialOf, tlsContract } from '../../test/refused.case.ts'
import { answers, services } from '../../test/service.ts'
import { queue, stream, toExchange, toQueue } from './index.ts'

const service = services.rabbitmq

if (await answers(service)) {
  const url = `amqp://127.0.0.1:${service.port}`
  const admin = async <T>(f: (channel: Channel) => Promise<T>): Promise<T> => {
    const connection = await connect(url)
    try {
      return await f(await connection.createChannel())
    } finally {
      await connection.close()
    }
  }
  const sinkOf = (name: string, options: object = {}) =>
    fromIterable([{ data: 'x' }]).pipe(toQueue(name, { url, ...options }))

  describe('RabbitMQ refuses', () => {
    test.each([
      ['a wrong password', queue('a', { url, password: 'no' }), 'username and password'],
      ['a user that is not there', sinkOf('a', { username: 'nobody' }), 'username and password'],
      ['a virtual host that is not there', queue('a', { url, vhost: 'none' }), 'virtual host'],
      ['a queue that is not there', queue(`none-${randomUUID()}`, { url }), 'no such queue'],
      ['a queue to write to that is not there', sinkOf(`none-${randomUUID()}`), 'no such queue'],
      [
        'an exchange that is not there',
        fromIterable([{ routingKey: 'a', data: 'x' }]).pipe(toExchange(`none-${randomUUID()}`, { url })),
        'no such queue or exchange',
      ],
      ['a name that is the server’s own', queue('amq.own', { url, declare: true }), 'rights'],
    ])('%s', async (_, term, said) => {
      expect(await denialOf(term)).toContain(said)
    })

    test('a queue that was made otherwise', async () => {
      const name = `test-${randomUUID()}`
      await admin((channel) => channel.assertQueue(name, { durable: false }))
      expect(await denialOf(queue(name, { url, declare: true }))).toContain('made otherwise')
      expect(await denialOf(stream(name, { url, declare: true }))).toContain('made otherwise')
      await admin((channel) => channel.deleteQueue(name))
    })

    const held = `test-${randomUUID()}`
    tlsContract({
      service,
      async before() {
        await run(sinkOf(held, { declare: { durable: false, arguments: { 'x-expires': 600_000 } } })).done
      },
      source: (port, tls) =>
        queue(held, {
          url: `amqp://127.0.0.1:${port}`,
          tls,
          declare: { durable: false, arguments: { 'x-expires': 600_000 } },
        }),
    })
  })

  test('through an exchange, with what a message says of itself', async () => {
    const name = `test-${randomUUID()}`
    await admin(async (channel) => {
      await channel.assertQueue(name, { durable: false })
      await channel.bindQueue(name, 'amq.topic', `${name}.*`)
    })
    const properties = { messageId: 'm1', contentType: 'text/plain', headers: { a: 1 } }
    const sink = toExchange('amq.topic', { url })
    const messages = fromIterable([
      { routingKey: `${name}.a`, data: 'one', properties },
      { routingKey: `${name}.b`, data: Buffer.from('two') },
    ])
    expect((await run(messages.pipe(sink)).done).result(sink)).toEqual({ messages: 2 })
    const came: unknown[] = []
    const running = run(queue(name, { url }).pipe(take(2)))
    for await (const item of running.output()) came.push(item)
    await running.done
    const common = { exchange: 'amq.topic', redelivered: false }
    expect(came).toEqual([
      { ...common, data: 'one', routingKey: `${name}.a`, properties },
      { ...common, data: 'two', routingKey: `${name}.b`, properties: {} },
    ])
    // without checkpoints, what has entered the graph is acknowledged
    expect(await admin((channel) => channel.deleteQueue(name))).toEqual({ messageCount: 0 })
  })

  test('more messages between two checkpoints than the server sends ahead', async () => {
    const name = `test-${randomUUID()}`
    await admin((channel) => channel.assertQueue(name, { durable: false }))
    const count = 100
    const numbers = Array.from({ length: count }, (_, n) => n)
    await run(
      fromIterable(numbers).pipe(
        map((n) => ({ data: String(n) })),
        toQueue(name, { url }),
      ),
    ).done
    const source = queue(name, { url, prefetch: 7 }).pipe(
      map(({ data }) => Number(data)),
      take(count),
    )
    const came: number[] = []
    const options = { checkpoint: { store: new MemoryStore(), everyMs: 3_600_000 } }
    const running = run(source, options)
    for await (const n of running.output()) came.push(n)
    await running.done
    expect(came).toEqual(numbers)
    expect(await admin((channel) => channel.deleteQueue(name))).toEqual({ messageCount: 0 })
  })

  test.each([{ data: 3 }, {}, 'text'])('%o is no message', async (item) => {
    const source = fromIterable([item as never as { data: string }])
    const sink = toQueue('amq.none', { url })
    await expect(run(source.pipe(sink)).done).rejects.toMatchObject({ cause: { code: 'BAD_INPUT' } })
  })

  test.each([
    () => queue(''),
    () => queue('a', { prefetch: 0 }),
    () => queue('a', { prefetch: 70_000 }),
    () => queue('a', { url: 'http://127.0.0.1' }),
    () => queue('a', { declare: { durabel: true } as object }),
    () => stream('a', { from: -1 }),
    () => toExchange('a', { declare: { type: 'no' as 'topic' } }),
    () => toQueue('a', { persistent: 1 as never }),
  ])('an option that makes no sense is refused at once (%#)', (make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })
}
