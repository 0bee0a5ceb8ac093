// A call without an answer is made again, for as long as there is patience.

import type { Clock } from '@millrace/core'
import { expect, test } from 'vitest'
import { FencedError, OutcomeUnknownError } from '../errors.ts'
import { MemoryLog } from '../memory/memory-log.ts'
import { fairWeather, MemorySubstrate } from '../memory/memory-substrate.ts'
import { Host } from './host.ts'
import { patiently, persist } from './persist.ts'

/** Time passes when somebody waits for it. */
class Hurried implements Clock {
  #now = 0
  now(): number {
    return this.#now
  }
  monotonic(): number {
    return this.#now
  }
  after(ms: number, callback: () => void): () => void {
    let isCancelled = false
    setImmediate(() => {
      if (isCancelled) return
      this.#now += ms
      callback()
    })
    return () => void (isCancelled = true)
  }
}

const failing = (times: number) => {
  let calls = 0
  return async (): Promise<number> => {
    if (++calls <= times) throw new OutcomeUnknownError('call', new Error('TIMEOUT'))
    return calls
  }
}

test('until it has its answer', async () => {
  const clock = new Hurried()
  expect(await patiently(clock, failing(12))).toBe(13)
  expect(await persist(clock, new AbortController().signal, failing(500))).toBe(501)
})

test('where patience ends, the reason is the last one; another error is told at once', async () => {
  const clock = new Hurried()
  await expect(patiently(clock, failing(500))).rejects.toMatchObject({
    code: 'NO_CLUSTER',
    message: 'The servers have not answered for 30 s: TIMEOUT',
  })
  const fenced = async () => {
    throw new FencedError('t')
  }
  await expect(patiently(clock, fenced)).rejects.toMatchObject({ code: 'FENCED' })
})

test('a host whose first look has no answer looks again', async () => {
  const log = new MemoryLog()
  let looks = 0
  class Deaf extends MemorySubstrate {
    override async watch(onTail: Parameters<MemorySubstrate['watch']>[0]): Promise<() => void> {
      if (++looks < 5) throw new OutcomeUnknownError('watch')
      return super.watch(onTail)
    }
  }
  log.command('cancel')
  const host = new Host({
    substrate: new Deaf(log, fairWeather),
    clock: new Hurried(),
    owner: 'h',
    labels: [],
    tasks: [{ name: 't', inputs: [], outputs: [] }],
    makeWork: () => {
      throw new RangeError('no work')
    },
    tellFailure: () => ({ term: 't', code: 'FAILED', message: '' }),
    commitMs: 1,
    creditBytes: 1,
    messageBytes: 1,
    beatMs: 1,
    suspectMs: 10,
  })
  expect(await host.run()).toBe('cancelled')
  expect(looks).toBe(5)
})
