/**
 * Goal: whatever a careless user does is answered by an error with a code, a place and a remedy; nothing hangs, prints a
 * bare stack trace, or loses what was written. The tables beside this file say what is done. Runs the build.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { commandCases, programCases } from './corpus.ts'
import { judgeCommands, judgeProgram, type Verdict } from './judge.ts'

const ALL_MS = 120_000

describe('commands', () => {
  const verdicts = new Map<object, Verdict>()

  beforeAll(async () => {
    const cases = Object.values(commandCases).flat()
    const judged = await judgeCommands(cases)
    cases.forEach((misuse, at) => void verdicts.set(misuse, judged[at] as Verdict))
  }, ALL_MS)

  describe.each(Object.entries(commandCases))('%s', (_area, cases) => {
    test.each(cases.map((misuse) => [misuse.name, misuse] as const))('%s', (_name, misuse) => {
      const { complaints, seen } = verdicts.get(misuse) as Verdict
      expect(complaints, seen).toEqual([])
    })
  })
})

describe('programs', () => {
  test.each(programCases.map((misuse) => [misuse.name, misuse] as const))('%s', async (_name, misuse) => {
    const { complaints, seen } = await judgeProgram(misuse)
    expect(complaints, seen).toEqual([])
  })
})

test('no two cases of an area have one name, and there are enough of them', () => {
  const areas = [...Object.values(commandCases), programCases].map((cases) => cases.map(({ name }) => name))
  for (const names of areas) expect(new Set(names).size).toBe(names.length)
  expect(areas.flat().length).toBeGreaterThan(200)
})
