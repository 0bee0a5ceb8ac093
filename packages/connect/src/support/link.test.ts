// A connection that is made when it is needed, and let go whatever its server does.

import { VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { Link } from './link.ts'
import { Retries, reconnectOf } from './reconnect.ts'

test('one that is being opened when nobody needs it any more is not waited for, and closed when it comes', async () => {
  const closed: number[] = []
  let opened = (_client: number): void => undefined
  const opener = {
    open: () =>
      new Promise<number>((resolve) => {
        opened = resolve
      }),
    close: (client: number) => void closed.push(client),
  }
  const retries = new Retries('a server', reconnectOf('a', {}), new VirtualClock(), () => undefined)
  const link = new Link(opener, retries)
  const called = expect(link.call(async (client) => client)).rejects.toThrow('the connection was closed')
  await link.end()
  await called
  opened(7)
  await expect.poll(() => closed).toEqual([7])
})
