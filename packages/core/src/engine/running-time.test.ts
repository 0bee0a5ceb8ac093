/** Goal: a stream term's timer fires while the run moves, and a view's waiting counts only then. */

import { expect, test } from 'vitest'
import { run } from '../run/run.ts'
import { type StreamContext, StreamTerm, type View } from '../term/stream-term.ts'
import { SinkProbe } from '../testing/sink-probe.ts'
import { SourceProbe } from '../testing/source-probe.ts'
import { settle, VirtualClock } from '../testing/virtual-clock.ts'
import { RunningTime } from './running-time.ts'

test('time stands still while there is a reason to hold, and waiting begins where it is told to', async () => {
  const clock = new VirtualClock()
  const time = new RunningTime(clock)
  await clock.advance(10)
  time.hold()
  await clock.advance(10)
  time.hold()
  time.release()
  await clock.advance(10)
  expect([time.isHeld, time.ms]).toEqual([true, 10])
  time.release()
  await clock.advance(5)
  expect([time.isHeld, time.ms, time.beganAt]).toEqual([false, 15, Number.NEGATIVE_INFINITY])
  time.restart()
  expect(time.beganAt).toBe(15)
})

/** Emits how long its view has waited each 10 ms, and cancels the last timer. */
class Waits extends StreamTerm<number, number> {
  async run(view: View<number>, ctx: StreamContext<unknown, number>) {
    const waits: number[] = []
    const look = (): void => {
      waits.push(view.waitedMs)
      cancel = ctx.after(10, look)
    }
    let cancel = ctx.after(10, look)
    while ((await view.next()) !== undefined) for (const wait of waits.splice(0)) await ctx.emit(wait)
    cancel()
  }
}

test('no timer fires in a pause, and a view has waited since its end', async () => {
  const clock = new VirtualClock()
  const source = new SourceProbe<number>()
  const sink = new SinkProbe<number>().request()
  const handle = run(source.pipe(new Waits(), sink), { clock })
  await clock.advance(25)
  source.send(1)
  await settle()
  expect(sink.received).toEqual([10, 20])
  handle.pause()
  await clock.advance(1000)
  handle.resume()
  // one that was due at 30 looked again each 50 ms, at 1030 at last
  await clock.advance(50)
  source.send(2)
  source.end()
  await handle.done
  expect(sink.received).toEqual([10, 20, 5, 15, 25, 35, 45])
  expect(clock.pending).toBe(0)
})

test('a timer of a run that ends goes with it', async () => {
  class Forgets extends StreamTerm<number, number> {
    async run(view: View<number>, ctx: StreamContext<unknown, number>) {
      ctx.after(1000, () => {
        throw new Error('the run is over')
      })
      await view.next()
    }
  }
  const clock = new VirtualClock()
  const source = new SourceProbe<number>()
  const { done } = run(source.pipe(new Forgets(), new SinkProbe<number>().request()), { clock })
  source.send(1)
  await settle()
  await done
  expect(clock.pending).toBe(0)
  await clock.advance(2000)
})
