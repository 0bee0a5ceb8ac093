/** Goal: a stage on workers tells where it runs, and that it is held while it has nothing on its way and finds no slot. */

import { Outlet } from '@millrace/core/engine'
import { expect, test } from 'vitest'
import type { Dispatcher } from './dispatcher.ts'
import type { RegionPlace } from './place.ts'
import { RemoteStage, type StageParts } from './remote-stage.ts'
import { Slots } from './slots.ts'

class BareStage extends RemoteStage {
  override start(): void {}
  override activate(): void {}
  protected override readonly begun = []
  protected override get pending(): number {
    return 0
  }
  /** Sends a task, if there is a slot for it; the result ends it. */
  send(): (() => void) | undefined {
    if (!this.dispatcher.takeSlot(this)) return undefined
    this.onSent()
    this.count(1)
    return () => this.onBack()
  }
}

function crewOf(size: number, slots: Slots): Dispatcher {
  return {
    size,
    takeSlot: (stage) => slots.take(stage),
    giveSlot: () => slots.give(),
    isQueued: (stage) => slots.has(stage),
    leave: (stage) => slots.leave(stage),
  } as Partial<Dispatcher> as Dispatcher
}

function stageOn(dispatcher: Dispatcher): BareStage {
  const plan = { index: 0, kind: 'region', nodes: [], kernels: [] }
  const host = { ready: (stage: BareStage) => void (stage.isReady = true) }
  const parts = [plan, { edges: [] }, new Outlet(new Map(), false), host] as unknown as StageParts
  return new BareStage(parts, dispatcher, {} as RegionPlace)
}

test('who waits for a slot is held, unless it has something on its way', () => {
  const crew = crewOf(1, new Slots(() => 2))
  const [greedy, poor] = [stageOn(crew), stageOn(crew)]
  const back = [greedy.send(), greedy.send(), greedy.send()]
  expect([greedy.isHeld, poor.isHeld]).toEqual([false, false])
  poor.send()
  const held = poor.progress
  poor.turns++ // it was its turn, and there was no slot
  expect([poor.isHeld, poor.progress === held]).toEqual([true, true])
  back[0]?.()
  expect([greedy.isReady, poor.isReady]).toEqual([true, false])
  back[1]?.()
  expect([poor.isHeld, poor.progress === held]).toEqual([true, false])
})

test('it runs on workers while there are any', () => {
  const slots = new Slots(() => 1)
  expect([stageOn(crewOf(1, slots)).runsOn, stageOn(crewOf(0, slots)).runsOn]).toEqual(['workers', 'caller'])
})

test('while a batch is on its way it is busy, before the worker has said more', () => {
  const stage = stageOn(crewOf(1, new Slots(() => 1)))
  const began = performance.now()
  const back = stage.send()
  // the moment is handed in: it lies far ahead of the real one
  expect(stage.stats(began, began + 1e9).busyShare).toBeCloseTo(1, 3)
  back?.()
  expect(stage.stats(began, began + 1e9).busyShare).toBeCloseTo(0, 3)
})
