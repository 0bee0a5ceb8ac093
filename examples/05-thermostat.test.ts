/** Goal: the loop gives what a plain loop gives, ends by itself, and loses no item. */
import { afterEach, expect, test, vi } from 'vitest'
import heating, { main } from './05-thermostat.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

function recomputed(): string[] {
  const lines: string[] = []
  let [temperature, isHeating] = [16, false]
  for (let minute = 0; minute <= 120; minute++) {
    if (minute % 15 === 0)
      lines.push(`${String(minute).padStart(3)} min ${temperature.toFixed(2).padStart(6)} °C`)
    if (temperature < 20) isHeating = true
    if (temperature > 22) isHeating = false
    temperature += (isHeating ? 0.4 : 0) - 0.01 * (temperature - 5)
  }
  return lines
}

test('prints what a plain loop gives, and ends', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const { outcome, items } = await main()
  expect(log.mock.calls.map(([line]) => line)).toEqual(recomputed())
  expect([outcome, items.discarded, items.in]).toEqual(['completed', 0, 1])
})

test('is drawn as its head says: the room is one node', () => {
  expect(String(heating())).toBe('(Term(Room); ((Term(Thermostat); Term(Room)) | (Term(Log); Term(print))))')
})
