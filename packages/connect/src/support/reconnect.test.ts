// How often, and how soon, a connection is tried again: in virtual time.

import { InvalidOptionError, MillraceError } from '@millrace/core'
import { settle, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { Retries, reconnectOf } from './reconnect.ts'

const fatal = new MillraceError('CONNECTION_DENIED', 'wrong password')

function retriesOn(clock: VirtualClock, maxFailures = 4, random = () => 0): Retries {
  const options = reconnectOf('redisStream', { maxFailures, maxDelayMs: 300 })
  const explain = (error: unknown) => ((error as Error).message === 'fatal' ? fatal : undefined)
  return new Retries('Redis', options, clock, explain, random)
}

/** Fails so often, then gives 7; the moments of its calls. */
function failing(clock: VirtualClock, times: number, message = 'reset') {
  const calls: number[] = []
  const attempt = async (): Promise<number> => {
    calls.push(clock.monotonic())
    if (calls.length <= times) throw new Error(message)
    return 7
  }
  return { calls, attempt }
}

async function passTime(clock: VirtualClock, ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 50) {
    await settle()
    await clock.advance(50)
  }
  await settle()
}

test('the waits double, up to the longest', async () => {
  const clock = new VirtualClock()
  const { calls, attempt } = failing(clock, 3)
  const done = retriesOn(clock).call(attempt)
  await passTime(clock, 1000)
  expect([await done, calls.map((at) => at - (calls[0] as number))]).toEqual([7, [0, 100, 300, 600]])
})

test('part of a wait is left to chance', async () => {
  const clock = new VirtualClock()
  const { calls, attempt } = failing(clock, 3)
  const done = retriesOn(clock, 4, () => 1).call(attempt)
  await passTime(clock, 1000)
  await done
  expect(calls.map((at) => at - (calls[0] as number))).toEqual([0, 50, 150, 300])
})

test('a connection that held for a minute was a good one; one that is taken and never answered is not', async () => {
  const clock = new VirtualClock()
  const failureAfter = async (heldMs: number): Promise<number> => {
    const retries = retriesOn(clock)
    for (let failures = 1; failures <= 10; failures++) {
      retries.connected()
      await clock.advance(heldMs)
      const waiting = retries.after(new Error('cut')).then(
        () => true,
        () => false,
      )
      await passTime(clock, 400)
      if (!(await waiting)) return failures
    }
    return 0
  }
  expect([await failureAfter(60_000), await failureAfter(20_000)]).toEqual([0, 4])
})

test('after too many failures in a row it gives up; what goes well begins the count again', async () => {
  const clock = new VirtualClock()
  const retries = retriesOn(clock)
  const lost = retries.call(failing(clock, 4).attempt)
  const settled = expect(lost).rejects.toMatchObject({
    code: 'CONNECTION_LOST',
    failures: 4,
    server: 'Redis',
  })
  await passTime(clock, 2000)
  await settled
  const again = retriesOn(clock)
  for (let times = 0; times < 3; times++) {
    const called = again.call(failing(clock, 3).attempt)
    await passTime(clock, 1000)
    expect(await called).toBe(7)
  }
})

test('what no further try would mend is told at once', async () => {
  const clock = new VirtualClock()
  const { calls, attempt } = failing(clock, 1, 'fatal')
  await expect(retriesOn(clock).call(attempt)).rejects.toBe(fatal)
  const own = new InvalidOptionError('key', 1, 'a text')
  await expect(retriesOn(clock).call(() => Promise.reject(own))).rejects.toBe(own)
  expect(calls.length).toBe(1)
})

test('a run that lets go does not wait for the next try', async () => {
  const clock = new VirtualClock()
  const retries = retriesOn(clock)
  let isOver = false
  const { attempt } = failing(clock, 100)
  const called = retries.call(attempt, () => isOver)
  await settle()
  isOver = true
  retries.end()
  await expect(called).rejects.toThrow('reset')
})

test.each([
  { maxFailures: 0 },
  { delayMs: 0 },
  { factor: 0.5 },
  { maxDelayMs: Number.NaN },
  { maxFailure: 3 },
])('%o is no way to try again', (options) => {
  expect(() => reconnectOf('redisStream', options)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  )
})
