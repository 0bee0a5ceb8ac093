// Hosts that die are started again, less and less often; one of the first that cannot start is told, with its reason; one
// whose run has failed, or that has left, is neither.

import type { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import type { Clock } from '@millrace/core'
import { expect, test } from 'vitest'
import { HOST_CODES } from './host-codes.ts'
import { Hosts } from './hosts.ts'

class Time implements Clock {
  at = 0
  readonly pauses: number[] = []
  #timers: { readonly at: number; readonly run: () => void }[] = []
  now(): number {
    return this.at
  }
  monotonic(): number {
    return this.at
  }
  after(ms: number, run: () => void): () => void {
    const timer = { at: this.at + ms, run }
    this.pauses.push(ms)
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer)
    }
  }
  pass(ms: number): void {
    this.at += ms
    const due = this.#timers.filter(({ at }) => at <= this.at)
    this.#timers = this.#timers.filter(({ at }) => at > this.at)
    for (const { run } of due) run()
  }
}

function hostsOf(count: number, more: Partial<ConstructorParameters<typeof Hosts>[0]> = {}) {
  const time = new Time()
  const made: EventEmitter[] = []
  const said: string[] = []
  const hosts = new Hosts({
    module: 'graph.ts',
    run: 'r',
    servers: ['nats://a', 'nats://b'],
    access: {},
    param: { day: '1' },
    flags: ['--label', 'disk=a'],
    count,
    onDeath: (line) => void said.push(line),
    clock: time,
    spawn: (args) => {
      const child = Object.assign(new EventEmitter(), { pid: made.length + 1, args, kill: () => true })
      made.push(child)
      return child as unknown as ChildProcess
    },
    ...more,
  })
  return { hosts, time, made, said }
}

const LONG_MS = 60_000

test('the pause doubles with each death, and begins again after a life that was long enough', () => {
  const { time, made, said } = hostsOf(1)
  for (let i = 0; i < 9; i++) {
    made[i]?.emit('close', null, 'SIGSEGV')
    time.pass(time.pauses[i] as number)
  }
  expect(time.pauses).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000])
  expect(said[0]).toBe('host 1 was ended by SIGSEGV; another one takes its place')
  time.pass(LONG_MS)
  made[9]?.emit('close', HOST_CODES.lost, null)
  expect(time.pauses.at(-1)).toBe(200)
  expect(said.at(-1)).toBe('host 10 was ended by code 3; another one takes its place')
})

test('a host that cannot start is told with what it said, and no other takes its place', async () => {
  const { hosts, time, made, said } = hostsOf(2)
  made[1]?.emit('message', "something of the user's")
  made[1]?.emit('message', { kind: 'refusal', reason: 'no graph [BAD_INPUT]' })
  made[1]?.emit('close', HOST_CODES.refused, null)
  await expect(hosts.refused).rejects.toMatchObject({
    code: 'HOST_FAILED',
    message: 'Host 2 could not start: no graph [BAD_INPUT]',
  })
  made[0]?.emit('close', HOST_CODES.runFailed, null)
  expect([time.pauses, said]).toEqual([[], []])
})

test('one in the place of another that cannot start is tried again, and ends nothing', async () => {
  const { hosts, time, made, said } = hostsOf(2)
  made[0]?.emit('close', null, 'SIGKILL')
  time.pass(200)
  made[2]?.emit('message', { kind: 'refusal', reason: 'no such file [BAD_INPUT]' })
  made[2]?.emit('close', HOST_CODES.refused, null)
  expect(said).toEqual([
    'host 1 was ended by SIGKILL; another one takes its place',
    'host 3 could not start: no such file [BAD_INPUT]; another one takes its place',
  ])
  expect(await Promise.race([hosts.refused, 'not refused'])).toBe('not refused')
  time.pass(400)
  expect([time.pauses, hosts.pids]).toEqual([
    [200, 400],
    [2, 4],
  ])
})

test('a process that cannot be made is tried again; at the end nothing is started any more', async () => {
  const { hosts, time, made, said } = hostsOf(2)
  Object.assign(made[0] as object, { pid: undefined })
  made[0]?.emit('error', new Error('spawn EAGAIN'))
  expect(said).toEqual(['a host could not be made (spawn EAGAIN); another one takes its place'])
  made[1]?.emit('close', HOST_CODES.over, null)
  await hosts.end()
  time.pass(LONG_MS)
  expect([made.length, hosts.pids]).toEqual([2, []])
})

test('a host that was made without a channel is ended, and another one takes its place', () => {
  const killed: string[] = []
  const { time, said } = hostsOf(1, {
    setup: { kind: 'setup', params: {}, config: {} },
    spawn: () =>
      Object.assign(new EventEmitter(), {
        kill: (signal: string) => killed.push(signal),
        send: () => {
          throw new Error('no channel')
        },
      }) as unknown as ChildProcess,
  })
  const line = 'a host could not be made (no channel); another one takes its place'
  expect([said, killed]).toEqual([[line], ['SIGKILL']])
  time.pass(LONG_MS)
  expect(said).toEqual([line, line])
})
