/** Goal: a profile sets what nobody sets, and is what `run` and the table of `millrace config` agree on. */
import { readFileSync } from 'node:fs'
import { profileSettings } from '@millrace/scheduler'
import { expect, test } from 'vitest'
import { mistakesIn } from './check.ts'
import { configOf, mergeLayers } from './layers.ts'
import { profileLayers, withProfileOf } from './profile.ts'
import { profiles } from './settings.ts'

test.each(profiles)('%s sets what may be set, on small machines and large ones', (profile) => {
  for (const processors of [1, 2, 3, 64]) expect(mistakesIn(profileSettings(profile, processors))).toEqual([])
})

test.each(profiles)('%s gives way to whatever is set, and the rest is its own', (profile) => {
  const config = {
    edges: { overflow: 'block' as const },
    scheduler: { profile, workers: 3, stateful: 'workers' as const },
  }
  const merged = withProfileOf(config)
  const layers = [...profileLayers(profile), { config, from: 'code', where: 'code' }]
  expect(merged).toEqual(configOf(mergeLayers(layers)))
  expect(merged.scheduler).toMatchObject(config.scheduler)
  // once more changes nothing: the command line has done it when run() does
  expect(withProfileOf(merged)).toEqual(merged)
})

test('without a profile nothing is added', () => {
  const config = { scheduler: { workers: 1 } }
  expect([withProfileOf(config), profileLayers(undefined)]).toEqual([config, []])
})

/** The value that a cell of the guide's table stands for, on a machine with so many processors. */
function valueIn(cell: string, processors: number): unknown {
  const text = cell.replaceAll('`', '').replaceAll(',', '')
  const [, factor] = /^(\d+) × processors$/.exec(text) ?? []
  if (factor !== undefined) return Number(factor) * processors
  if (text === 'processors') return processors
  if (text === 'processors / 2') return Math.max(1, Math.floor(processors / 2))
  if (text.endsWith(' MiB')) return Number.parseInt(text, 10) * 2 ** 20
  if (text === 'true') return true
  return /^\d+$/.test(text) ? Number(text) : text
}

test('the table in the guide is the one in the code', () => {
  const guide = readFileSync(new URL('../../../../docs/guide.md', import.meta.url), 'utf8')
  const table = guide.slice(
    guide.indexOf('| setting | `cpu` '),
    guide.indexOf('`npx millrace config --profile'),
  )
  const rows = table
    .trim()
    .split('\n')
    .map((line) => line.split('|').slice(1, -1))
  expect(rows[0]?.slice(1).map((name) => name.replace(/[ `]/g, ''))).toEqual(profiles)
  profiles.forEach((profile, column) => {
    for (const processors of [1, 5]) {
      const values = rows.slice(3).flatMap((cells) => {
        const cell = (cells[column + 1] as string).trim()
        const path = (cells[0] as string).replace(/[ `]/g, '').split('.')
        return cell === '' ? [] : [{ path, value: valueIn(cell, processors) }]
      })
      expect(configOf(values), profile).toEqual(profileSettings(profile, processors))
    }
  })
})
