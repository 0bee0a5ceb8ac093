// A host leaves, also if no server answers any more; and says so, if none answers for long.

import { Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { MemoryLog } from '../memory/memory-log.ts'
import { MemorySubstrate, type Weather } from '../memory/memory-substrate.ts'
import { Simulation } from '../testing/simulation.ts'
import { Host, type HostOptions } from './host.ts'

/** A host on a task that goes on for good, and how to cut it off. */
async function workingHost(options: Pick<HostOptions, 'giveUpMs' | 'onSilence' | 'onAnswer'> = {}) {
  const world = new Simulation(new Random(1), { lost: 0, unanswered: 0, twice: 0 })
  const machine = world.host()
  const network = { isCut: false }
  const work = { isBusy: false }
  const weather: Weather = {
    pass: (what, step) => (network.isCut ? new Promise(() => {}) : machine.pass(what, step)),
    glance: () => machine.glance(),
  }
  const host = new Host({
    substrate: new MemorySubstrate(new MemoryLog(), weather),
    clock: machine,
    owner: 'h',
    labels: [],
    tasks: [{ name: 't', inputs: [], outputs: [] }],
    makeWork: (_task, _state, around) => ({
      run: () => new Promise(() => {}),
      cut: () => void (work.isBusy || around.onCut({ state: [], inputs: {} })),
      onRoom: () => {},
      onClosed: () => {},
      stop: () => {},
      dispose: async () => {},
    }),
    tellFailure: () => ({ term: 't', code: 'FAILED', message: '' }),
    commitMs: 100,
    creditBytes: 1,
    messageBytes: 1,
    beatMs: 100,
    suspectMs: 350,
    ...options,
  })
  let end: string | undefined
  void host.run().then(
    (how) => {
      end = how
    },
    ({ code }) => {
      end = code
    },
  )
  while (host.owned.length === 0) await world.step()
  /** Leaves; resolves to how it ended, and after how many milliseconds. */
  const leave = async (): Promise<{ readonly end: string | undefined; readonly ms: number }> => {
    const begun = world.now
    host.leave()
    while (end === undefined && world.now - begun < 60_000 && (await world.step()));
    return { end, ms: world.now - begun }
  }
  const pass = async (ms: number): Promise<string | undefined> => {
    const begun = world.now
    while (end === undefined && world.now - begun < ms && (await world.step()));
    return end
  }
  /** The process stands still for so long. */
  const sleep = async (ms: number): Promise<void> => {
    machine.isPaused = true
    let isOver = false
    world.after(world.host(), ms, () => {
      isOver = true
    })
    while (!isOver) await world.step()
    machine.isPaused = false
  }
  return { network, work, leave, pass, sleep, openTimers: () => world.timersOf(machine) }
}

test('it hands over, which takes no time', async () => {
  const { leave, openTimers } = await workingHost()
  const { end, ms } = await leave()
  expect([end, ms < 1000, openTimers()]).toEqual(['left', true, 0])
})

test('cut off, it goes without, and waits for nothing', async () => {
  const { network, leave, openTimers } = await workingHost()
  network.isCut = true
  const { end, ms } = await leave()
  expect([end, ms, openTimers()]).toEqual(['left', 22_000, 0])
})

test('a log that does not answer is told of after half a minute, and rarely again; so is that it answers', async () => {
  const told: (number | string)[] = []
  const { network, pass, leave } = await workingHost({
    onSilence: (ms) => void told.push(Math.floor(ms / 1000)),
    onAnswer: () => void told.push('answers'),
  })
  network.isCut = true
  expect(await pass(29_000)).toBe(undefined)
  expect(told).toEqual([])
  await pass(271_000)
  expect(told).toEqual([30, 60, 120, 240])
  network.isCut = false
  await pass(1000)
  expect(told).toEqual([30, 60, 120, 240, 'answers'])
  expect((await leave()).end).toBe('left')
})

test('it gives up after as long as it was told, and not before', async () => {
  const { network, pass, openTimers } = await workingHost({ giveUpMs: 45_000 })
  network.isCut = true
  expect(await pass(44_000)).toBe(undefined)
  expect(await pass(10_000)).toBe('SERVERS_GONE')
  await pass(3000)
  expect(openTimers()).toBe(0)
})

test('it does not give up on servers that answer: while it leaves, or after it was asleep itself', async () => {
  const busy = await workingHost({ giveUpMs: 5000 })
  busy.work.isBusy = true
  expect((await busy.leave()).end).toBe('left')
  const sleeper = await workingHost({ giveUpMs: 5000 })
  await sleeper.sleep(6000)
  expect(await sleeper.pass(10_000)).toBe(undefined)
  sleeper.network.isCut = true
  expect(await sleeper.pass(8000)).toBe('SERVERS_GONE')
})
