/** Goal: what a worker was in the middle of can be read by others, in memory and in a file, and never half-written. */

import type { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Beacon, readBeacon } from './beacon.ts'
import { BeaconFile, FileBeacon } from './beacon-file.ts'

const withoutAge = (cells: Int32Array) => {
  const notes = readBeacon(cells)
  return notes?.call === undefined ? notes : { ...notes, call: { ...notes.call, ageMs: 0 } }
}

test('a call is told from its beginning to its end', () => {
  const cells = Beacon.share()
  const beacon = new Beacon(cells)
  expect(withoutAge(cells)).toEqual({ batch: 0, call: undefined, isExact: true })
  beacon.begin(7, true)
  beacon.enter(2, 40, 1, 12.5)
  const call = { node: 2, ordinal: 40, step: 1, isAwaited: false, ageMs: 0, limitMs: 13 }
  expect(withoutAge(cells)).toEqual({ batch: 7, call, isExact: true })
  beacon.wait()
  expect(withoutAge(cells)).toEqual({ batch: 7, call: { ...call, isAwaited: true }, isExact: true })
  beacon.leave()
  beacon.blur()
  expect(withoutAge(cells)).toEqual({ batch: 7, call: undefined, isExact: false })
  beacon.finish()
  expect(withoutAge(cells)).toEqual({ batch: 0, call: undefined, isExact: true })
})

test('the age of a call is right across the limit of 32 bits, and what is half-written is not read', () => {
  const cells = Beacon.share()
  new Beacon(cells).enter(0, 0, 0, undefined)
  const since = cells[6] as number
  cells[6] = since - 5000
  expect(readBeacon(cells)?.call?.ageMs).toBeGreaterThanOrEqual(5000)
  cells[6] = since - 5000 + 2 ** 32
  expect(readBeacon(cells)?.call?.ageMs).toBeGreaterThanOrEqual(5000)
  Atomics.add(cells, 0, 1)
  expect(readBeacon(cells)).toBeUndefined()
})

test('a file says the same, and is gone when nobody needs it', () => {
  const listeners = process.listenerCount('exit')
  const file = new BeaconFile()
  expect([file.read(), file.readError()]).toEqual([undefined, undefined])
  const beacon = FileBeacon.open(file.path) as FileBeacon
  expect([existsSync(file.path), FileBeacon.open(file.path)]).toEqual([false, undefined])
  beacon.enter(1, 2, 0, undefined)
  expect(file.read()?.call).toMatchObject({
    node: 1,
    ordinal: 2,
    step: 0,
    isAwaited: false,
    limitMs: undefined,
  })
  const emitter: EventEmitter = process
  emitter.emit('uncaughtExceptionMonitor', new RangeError('too far'), 'uncaughtException')
  expect(file.readError()).toEqual(new RangeError('too far'))
  beacon.leave()
  expect(file.read()?.call).toBeUndefined()
  file.close()
  const unused = new BeaconFile()
  expect(existsSync(unused.path)).toBe(true)
  unused.close()
  expect(existsSync(unused.path)).toBe(false)
  expect(process.listenerCount('exit')).toBe(listeners)
})
