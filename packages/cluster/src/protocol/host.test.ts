// A host leaves, also if no server answers any more.

import { Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { MemoryLog } from '../memory/memory-log.ts'
import { MemorySubstrate, type Weather } from '../memory/memory-substrate.ts'
import { Simulation } from '../testing/simulation.ts'
import { Host } from './host.ts'

/** A host on a task that goes on for good, and how to cut it off. */
async function workingHost() {
  const world = new Simulation(new Random(1), { lost: 0, unanswered: 0, twice: 0 })
  const machine = world.host()
  const network = { isCut: false }
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
      cut: () => void around.onCut({ state: [], inputs: {} }),
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
  })
  let end: string | undefined
  void host.run().then((how) => {
    end = how
  })
  while (host.owned.length === 0) await world.step()
  /** Leaves; resolves to how it ended, and after how many milliseconds. */
  const leave = async (): Promise<{ readonly end: string | undefined; readonly ms: number }> => {
    const begun = world.now
    host.leave()
    while (end === undefined && world.now - begun < 60_000 && (await world.step()));
    return { end, ms: world.now - begun }
  }
  return { network, leave, openTimers: () => world.timersOf(machine) }
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
