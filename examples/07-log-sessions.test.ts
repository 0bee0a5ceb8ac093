/** Goal: the visits agree with a plain recomputation from the sorted log. */
import { afterEach, expect, test, vi } from 'vitest'
import { GAP_MS, type Hit, logLines, main, parse } from './07-log-sessions.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Sorts each visitor's different lines and cuts them at the gaps. */
function recomputed(): string[] {
  const hits = [...new Set(logLines(7))].map(parse).sort((a, b) => a.at - b.at)
  const visitors = [...new Set(hits.map(({ visitor }) => visitor))].sort()
  return visitors.map((visitor) => {
    const visits: Hit[][] = []
    let last = Number.NEGATIVE_INFINITY
    for (const hit of hits.filter((one) => one.visitor === visitor)) {
      if (hit.at - last >= GAP_MS) visits.push([])
      visits.at(-1)?.push(hit)
      last = hit.at
    }
    const pages = visits.reduce((sum, visit) => sum + visit.length, 0) / visits.length
    const lengths = visits.map((visit) => ((visit.at(-1)?.at ?? 0) - (visit[0]?.at ?? 0)) / 60_000)
    return `${visitor}: ${visits.length} visits, ${pages.toFixed(1)} pages each, the longest ${Math.max(...lengths).toFixed(0)} minutes`
  })
}

test('the visits agree with a plain recomputation', async () => {
  const lines = logLines(7)
  expect(new Set(lines).size).toBeLessThan(lines.length)
  expect(lines.map((line) => parse(line).at)).not.toEqual(lines.map((line) => parse(line).at).sort())
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const { outcome, items } = await main()
  expect(log.mock.calls.map(([line]) => line as string).sort()).toEqual(recomputed())
  expect([outcome, items.discarded]).toEqual(['completed', 0])
})
