// Calls in flight, bounded: how a user of a pool hands it many tasks without queueing them all at once, as the pools'
// own notes on queue size advise. Called by the contenders that use a pool; it never reorders or drops a task.

/** Tasks under way at most: enough to keep two workers busy, few enough that no queue is long. */
const inFlight = 64

/** Calls `f` for each number from 0 up to `count`, so many at a time, and adds up what the promises give. */
export async function sumOfCalls(count: number, f: (index: number) => Promise<number>): Promise<number> {
  let next = 0
  let sum = 0
  const caller = async () => {
    while (next < count) {
      const answer = await f(next++)
      sum += answer
    }
  }
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, caller))
  return sum
}
