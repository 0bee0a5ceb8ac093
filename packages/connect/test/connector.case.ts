/**
 * The contract of connectors: what a source and a sink of any system keep, against the real server. Called by the tests of
 * each system, which say what their system cannot do, and why.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, type Term } from '@millrace/core'
import { fromIterable, map, takeWhile } from '@millrace/terms'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fileIn, KILLS, runKilled } from './killed.ts'
import { Relay } from './relay.ts'
import type { Service } from './service.ts'

/** How often an item is there at the end, whatever happens in between. */
export type Guarantee = 'exactly once' | 'at least once'

/** A queue, a table, a topic: a place of its own on the server, made for one test. */
interface Place {
  /** Removes it. */
  close(): Promise<void>
}

/** A place that a source reads. */
export interface SourcePlace extends Place {
  /** Puts numbers into it, in this order. The last one is -1: nothing comes behind it. */
  fill(numbers: readonly number[]): Promise<void>
  /** The source, through this port of loopback. It may give more after -1, or wait. */
  source(port: number): Term<never, number>
  /** How many items the server has handed out so far, as the server itself sees it, or the bytes it has sent allow. */
  fetched?(relay: Relay): Promise<number>
  /** Parameters of the fixture module, which reads up to -1 and writes the numbers to the file `out`, one per line. */
  readonly params: Readonly<Record<string, string | number>>
}

/** What is known of a source. */
export interface SourceCase {
  readonly name: string
  readonly service: Service
  readonly guarantee: Guarantee
  /** What it may be ahead of its reader by: items that the client holds. */
  readonly aheadItems: number
  /** Path of the fixture module; it has the parameters of the place, `port` and `out`. */
  readonly module: string
  /** Why a run of it cannot be gone on with; without, it is killed and goes on. */
  readonly notResumable?: string
  /** Why it does not survive that its connection is cut. */
  readonly notReconnecting?: string
  open(): Promise<SourcePlace>
}

const CUTS = 20
const RESTARTS = 3

const numbers = (count: number): number[] => [...Array.from({ length: count }, (_, n) => n), -1]

/** What is wrong with what came: nothing, if each is there as often as is guaranteed. */
function faults(came: readonly number[], count: number, guarantee: Guarantee): string[] {
  const times = new Map<number, number>()
  for (const n of came) times.set(n, (times.get(n) ?? 0) + 1)
  const wrong: string[] = []
  for (let n = 0; n < count; n++) {
    const seen = times.get(n) ?? 0
    if (seen === 0) wrong.push(`${n} was lost`)
    else if (seen > 1 && guarantee === 'exactly once') wrong.push(`${n} came ${seen} times`)
  }
  for (const n of times.keys()) if (!(n >= 0 && n < count)) wrong.push(`${n} was never there`)
  return wrong
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-connect-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function openProxy(service: Service): Promise<Relay> {
  const relay = await Relay.to(service)
  onTestFinished(() => relay.close())
  return relay
}

/** What a source keeps. */
export function sourceContract(sourceCase: SourceCase): void {
  const { name, service, guarantee, aheadItems, module, notResumable, notReconnecting } = sourceCase
  const open = async (): Promise<SourcePlace> => {
    const place = await sourceCase.open()
    onTestFinished(() => place.close())
    return place
  }

  describe(`the source ${name}`, () => {
    test('gives all items, in their order', async () => {
      const place = await open()
      await place.fill(numbers(500))
      const came: number[] = []
      for await (const n of run(upToEnd(place.source(service.port))).output()) came.push(n)
      expect(came).toEqual(numbers(500).slice(0, -1))
    })

    test('a reader that stops stops the fetches', async () => {
      const place = await open()
      const { fetched } = place
      const relay = await openProxy(service)
      await place.fill(numbers(5000))
      const running = run(upToEnd(place.source(relay.port)), { edges: { capacityItems: 8 }, batchItems: 8 })
      const output = running.output()
      for (let n = 0; n < 5; n++) await output.next()
      // what is on its way comes to rest; then no more may come
      let [before, now] = [-1, relay.receivedBytes]
      while (before !== now) {
        await new Promise((resolve) => void setTimeout(resolve, 300))
        ;[before, now] = [now, relay.receivedBytes]
      }
      if (fetched !== undefined) expect(await fetched(relay)).toBeLessThanOrEqual(5 + 16 + aheadItems)
      const rest: number[] = []
      for await (const n of output) rest.push(n)
      expect(rest.length).toBe(4995)
    })

    test.skipIf(notReconnecting !== undefined)(
      `${CUTS} cut connections and a server that is away ${RESTARTS} times: ${guarantee}`,
      async () => {
        const place = await open()
        const relay = await openProxy(service)
        await place.fill(numbers(2000))
        const came: number[] = []
        const slow = map(async (n: number) => {
          await new Promise(setImmediate)
          return n
        })
        for await (const n of run(upToEnd(place.source(relay.port)).pipe(slow)).output()) {
          came.push(n)
          const step = Math.floor(2000 / (CUTS + RESTARTS + 1))
          if (came.length % step !== 0) continue
          const at = came.length / step
          if (at > CUTS + RESTARTS) continue
          if (at % 7 !== 0) relay.cut()
          else {
            relay.away()
            setTimeout(() => relay.back(), 50)
          }
        }
        expect(faults(came, 2000, guarantee)).toEqual([])
      },
    )

    test.skipIf(notResumable !== undefined)(`goes on after ${KILLS} kill -9: ${guarantee}`, async () => {
      const place = await open()
      const folder = temporaryFolder()
      await place.fill(numbers(3000))
      const out = fileIn(folder)
      await runKilled({
        module,
        params: { ...place.params, port: service.port, out },
        checkpoints: join(folder, 'kept'),
        kills: KILLS,
        seed: 1,
      })
      const came = readFileSync(out, 'utf8').trim().split('\n').map(Number)
      expect(faults(came, 3000, guarantee)).toEqual([])
    })
  })
}

/** The stream up to -1, which is left out. */
export function upToEnd(source: Term<never, number>): Term<never, number> {
  return source.pipe(takeWhile((n: number) => n !== -1))
}

/** A place that a sink writes to. */
export interface SinkPlace extends Place {
  /** The sink, through this port of loopback. */
  sink(port: number): Term<number, never>
  /** The numbers that are there. */
  contents(): Promise<number[]>
  /** Parameters of the fixture module, which writes 0 to `count` - 1, slowly. */
  readonly params: Readonly<Record<string, string | number>>
}

/** What is known of a sink. */
export interface SinkCase {
  readonly name: string
  readonly service: Service
  /** Where the run is gone on with after kills. */
  readonly guarantee: Guarantee
  /** Where connections are cut and the process lives. Default: the same. */
  readonly whenCut?: Guarantee
  /** Path of the fixture module; it has the parameters of the place, `port` and `count`. */
  readonly module: string
  /** Why nothing can be said of the order of its contents. */
  readonly unordered?: string
  readonly notReconnecting?: string
  open(): Promise<SinkPlace>
}

/** What a sink keeps. */
export function sinkContract(sinkCase: SinkCase): void {
  const { name, service, guarantee, whenCut = guarantee, module, unordered, notReconnecting } = sinkCase
  const open = async (): Promise<SinkPlace> => {
    const place = await sinkCase.open()
    onTestFinished(() => place.close())
    return place
  }
  const all = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

  describe(`the sink ${name}`, () => {
    test('writes all items', async () => {
      const place = await open()
      await run(fromIterable(all(2345)).pipe(place.sink(service.port))).done
      const contents = await place.contents()
      if (unordered !== undefined) contents.sort((a, b) => a - b)
      expect(contents).toEqual(all(2345))
    })

    test('nothing, and one item', async () => {
      const place = await open()
      await run(fromIterable<number>([]).pipe(place.sink(service.port))).done
      expect(await place.contents()).toEqual([])
      await run(fromIterable([7]).pipe(place.sink(service.port))).done
      expect(await place.contents()).toEqual([7])
    })

    test.skipIf(notReconnecting !== undefined)(
      `${CUTS} cut connections and a server that is away ${RESTARTS} times: ${whenCut}`,
      async () => {
        const place = await open()
        const relay = await openProxy(service)
        const count = 6000
        const cuts = CUTS + RESTARTS
        const cutting = map(async (n: number) => {
          await new Promise(setImmediate)
          if (n % Math.floor(count / (cuts + 1)) !== 1) return n
          if (n % 7 !== 0) relay.cut()
          else {
            relay.away()
            setTimeout(() => relay.back(), 50)
          }
          return n
        })
        await run(fromIterable(all(count)).pipe(cutting, place.sink(relay.port))).done
        expect(faults(await place.contents(), count, whenCut)).toEqual([])
        expect(relay.connections).toBeGreaterThan(3)
      },
    )

    test(`goes on after ${KILLS} kill -9: ${guarantee}`, async () => {
      const place = await open()
      const folder = temporaryFolder()
      await runKilled({
        module,
        params: { ...place.params, port: service.port, count: 3000 },
        checkpoints: join(folder, 'kept'),
        kills: KILLS,
        seed: 2,
      })
      expect(faults(await place.contents(), 3000, guarantee)).toEqual([])
    })
  })
}
