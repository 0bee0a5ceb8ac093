/** Goal: each line agrees with a plain recomputation over all readings, and no reading is lost between the ports. */
import { afterEach, expect, test, vi } from 'vitest'
import { MINUTE_MS, main, OUT_OF_ORDER_MS, type Reading, readings } from './06-sensor-windows.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Two passes over the array: who is late, then the means of the others. */
function recomputed() {
  const onTime: Reading[] = []
  const late: Reading[] = []
  let latest = Number.NEGATIVE_INFINITY
  for (const reading of readings(6)) {
    latest = Math.max(latest, reading.at)
    const end = (Math.floor(reading.at / MINUTE_MS) + 1) * MINUTE_MS
    ;(end > latest - OUT_OF_ORDER_MS ? onTime : late).push(reading)
  }
  const lines = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((minute) =>
    ['cellar', 'garden', 'roof'].flatMap((sensor) => {
      const values = onTime
        .filter((reading) => reading.sensor === sensor && Math.floor(reading.at / MINUTE_MS) === minute)
        .map(({ celsius }) => celsius)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      return values.length === 0 ? [] : [{ line: `minute ${minute} ${sensor} ${values.length}`, mean }]
    }),
  )
  const notes = ['cellar', 'garden', 'roof'].flatMap((sensor) => {
    const count = late.filter((reading) => reading.sensor === sensor).length
    return count === 0 ? [] : [`too late: ${count} of ${sensor}`]
  })
  return { lines, notes }
}

test('the lines agree with a plain recomputation', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const { items } = await main()
  const printed = log.mock.calls.map(([line]) => (line as string).replace(/ +/g, ' '))
  const isNote = (line: string) => line.startsWith('too late')
  const { lines, notes } = recomputed()
  expect(notes.length).toBeGreaterThan(0)
  expect(printed.filter(isNote).sort()).toEqual(notes)
  const minutes = printed.filter((line) => !isNote(line))
  // windows leave minute by minute; in one, sensors in the order in which they came
  expect(minutes.map((line) => line.slice(0, 8))).toEqual(lines.map(({ line }) => line.slice(0, 8)))
  minutes.sort().forEach((text, at) => {
    const [, line, mean] = /^(.*) (\S+)$/.exec(text) as unknown as [string, string, string]
    expect(line).toBe(lines[at]?.line)
    // the means of the graph are exactly rounded, these are not: a half may go either way
    expect(Math.abs(Number(mean) - (lines[at]?.mean ?? Number.NaN))).toBeLessThan(0.005 + 1e-9)
  })
  expect(items.discarded).toBe(0)
})
