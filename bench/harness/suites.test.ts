// Goal: what the suites list is there: files of contenders, workloads that are named elsewhere, ratios with a target.

import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Row, Suite } from './contracts.ts'
import { loadSuite, suiteNames } from './find-suites.ts'
import { ratiosOf } from './statistics.ts'

describe.each(suiteNames())('%s', (name) => {
  test('its contenders have files, and no two have one name', async () => {
    const { contenders } = await loadSuite(name)
    const missing = contenders.filter(
      ({ file }) => !existsSync(new URL(`../${name}/${file}`, import.meta.url)),
    )
    expect(missing).toEqual([])
    expect(new Set(contenders.map((contender) => contender.name)).size).toBe(contenders.length)
  })

  test('it is named like its folder, and its subject takes part', async () => {
    const suite = await loadSuite(name)
    expect(suite.name).toBe(name)
    expect(suite.contenders.map((contender) => contender.name)).toContain(suite.subject)
  })

  test('remarks are about workloads that it has', async () => {
    const { contenders, workloads, recorded = [] } = await loadSuite(name)
    const known = workloads.map((workload) => workload.name)
    const named = contenders.flatMap(({ notes, leftOut, shares, inQuick = [] }) => [
      ...Object.keys({ ...notes, ...leftOut, ...shares }),
      ...inQuick,
    ])
    const unknown = [...named, ...recorded.map(({ workload }) => workload)].filter(
      (of) => !known.includes(of),
    )
    expect(unknown).toEqual([])
  })

  test('there is a ratio for every target once everything has been measured', async () => {
    const suite = await loadSuite(name)
    const rows = everythingMeasured(suite)
    const ratios = suite.ratios?.(rows) ?? ratiosOf(suite, rows)
    expect(suite.targets.filter(({ ratio }) => !Number.isFinite(ratios[ratio]))).toEqual([])
  })
})

/** A row for each contender and workload; whatever figure is asked for is a number. */
function everythingMeasured({ contenders, workloads }: Suite): Row[] {
  const spread = (contender: number) => ({ median: 2 + contender, min: 1, max: 100 })
  return workloads.flatMap((workload) =>
    contenders
      .filter(({ leftOut }) => leftOut?.[workload.name] === undefined)
      .map((contender, index) => ({
        workload: workload.name,
        contender: contender.name,
        items: 1,
        rounds: 1,
        notes: [],
        figures: new Proxy<Row['figures']>({}, { get: () => spread(index) }),
      })),
  )
}
