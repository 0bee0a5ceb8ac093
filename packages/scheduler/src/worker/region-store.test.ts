/** Goal: a worker keeps what a run may still ask for, apart for each part of a batch, and nothing of a run that has ended. */

import { expect, test } from 'vitest'
import type { RegionRef } from './protocol.ts'
import type { RegionRunner } from './region-runner.ts'
import { addRegion, forgetRun, Region } from './region-store.ts'

const ref: RegionRef = {
  graph: {
    key: 'flags',
    url: new URL('../../test/fixtures/flags.mjs', import.meta.url).href,
    exportName: 'pass',
    params: { value: undefined },
    fingerprint: '',
  },
  stages: [[0]],
  entries: 1,
  edges: [],
  exits: [{ stage: 0, output: 'out', isRead: true, isTail: false }],
  input: '',
  timed: false,
  opensSplits: false,
  isStateful: false,
  policies: [undefined],
  stopsOnFailure: false,
  limitsMs: undefined,
}

/** A runner of which only its end is of interest. */
function runnerOf(name: string, ended: string[]): RegionRunner {
  return { name, dispose: () => ended.push(name) } as unknown as RegionRunner
}

test('several parts of a batch wait in one worker, and are dropped with it', () => {
  const ended: string[] = []
  const region = new Region(ref, [])
  const [whole, part, other] = ['whole', 'part', 'other'].map((name) => runnerOf(name, ended))
  region.pause(1, '', whole as RegionRunner)
  region.pause(1, '0.1', part as RegionRunner)
  region.pause(11, '', other as RegionRunner)
  expect(region.resume(1, '0.1')).toBe(part)
  expect(region.resume(1, '0.1')).toBeUndefined()
  region.pause(1, '0.1', part as RegionRunner)
  region.drop(1, 'enough')
  expect([ended, region.resume(1, ''), region.resume(11, '')]).toEqual([['whole', 'part'], undefined, other])
})

test('what is under way is let go with its region', async () => {
  const ended: string[] = []
  const region = new Region(ref, [])
  await region.busy(runnerOf('through', ended), async () => {})
  void region.busy(runnerOf('under way', ended), () => new Promise(() => {}))
  region.dispose('enough')
  expect(ended).toEqual(['under way'])
})

test('nothing is kept of a run that has ended, however late it comes', async () => {
  expect(await addRegion('1.0.1 region 0', ref)).toBeInstanceOf(Region)
  forgetRun('1.0.1 ')
  await expect(addRegion('1.0.1 region 0', ref)).rejects.toMatchObject({ code: 'RUN_CLOSED' })
  const loading = addRegion('1.0.2 region 0', ref)
  forgetRun('1.0.2 ')
  await expect(loading).rejects.toMatchObject({ code: 'RUN_CLOSED' })
  expect(await addRegion('1.0.11 region 0', ref)).toBeInstanceOf(Region)
})
