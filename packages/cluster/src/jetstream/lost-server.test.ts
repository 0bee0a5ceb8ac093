// A server that is killed and comes back is followed again; one that never does is an error with a code. Neither is an
// unhandled rejection, which would fail the test run.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OwnServer } from '../../test/own-server.ts'
import { hasServer, runName } from '../../test/server.ts'
import type { Commit } from '../port/records.ts'
import { JetStreamSubstrate } from './jetstream-substrate.ts'

const outline = { lines: [], edges: ['edge'] }
const commit = (number: number): Commit => ({
  task: 'task',
  epoch: 1,
  number,
  nonce: String(number),
  owner: 'host',
  phase: 'running',
  inputs: {},
  outputs: {},
})

describe.skipIf(!(await hasServer()))('a server that is killed', () => {
  let server: OwnServer
  beforeEach(async () => {
    server = new OwnServer()
    await server.start()
  })
  afterEach(() => server.remove())

  test('what is added after it has come back is heard of', async () => {
    const run = runName()
    const open = () => JetStreamSubstrate.open(run, outline, { servers: [server.url] })
    const [one, other] = [await open(), await open()]
    const seen: number[] = []
    let onSeen: () => void = () => {}
    await one.watch((tail) => {
      seen.push(tail.commit.number)
      onSeen()
    })
    const hasSeen = (number: number): Promise<void> =>
      new Promise((resolve) => {
        onSeen = () => void (seen.includes(number) && resolve())
        onSeen()
      })
    const sequence = await other.append(commit(1), 0)
    await hasSeen(1)
    await server.kill()
    await server.start()
    await persistently(() => other.append(commit(2), sequence))
    await hasSeen(2)
    await persistently(() => other.beat({ name: 'other', labels: [], beat: 1 }))
    while ((await one.members()).length === 0) await new Promise((resolve) => void setTimeout(resolve, 20))
    expect([...new Set(seen)]).toEqual([1, 2])
    await Promise.all([one.close(), other.close()])
  })

  test('one that does not come back is told at the next look', async () => {
    const client = { maxReconnectAttempts: 0 }
    const substrate = await JetStreamSubstrate.open(runName(), outline, { servers: [server.url], client })
    await substrate.watch(() => {})
    await server.kill()
    const told = (async () => {
      for (;;) {
        await substrate.members()
        await new Promise((resolve) => void setTimeout(resolve, 20))
      }
    })()
    await expect(told).rejects.toMatchObject({ code: 'NO_CLUSTER' })
    await expect(substrate.tail('task')).rejects.toMatchObject({ code: 'NO_CLUSTER' })
    await substrate.close()
  })
})

/** Asks again while there is no answer. */
async function persistently<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      const { code } = error as { readonly code?: string }
      if (code === 'FENCED') return undefined // the first one was done
      if (code !== 'OUTCOME_UNKNOWN') throw error
    }
    await new Promise((resolve) => void setTimeout(resolve, 50))
  }
}
