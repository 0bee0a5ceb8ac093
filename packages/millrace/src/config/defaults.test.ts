/** Goal: the defaults that `millrace config` shows are those that the options' documentation names. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { mistakesIn } from './check.ts'
import { defaultConfig } from './defaults.ts'
import { valuePaths } from './setting.ts'
import { runSettings } from './settings.ts'

const documentation = [
  'core/src/contracts.ts',
  'core/src/run/options.ts',
  'core/src/run/checkpoint/store.ts',
  'scheduler/src/options.ts',
  'core/src/failure.ts',
]
  .map((file) => readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8'))
  .join('\n')

/** Settings that have no default, or one that depends on the machine. */
const WITHOUT = [
  'checkpoint.dir',
  'checkpoint.everyItems',
  'scheduler.profile',
  'scheduler.workers',
  'scheduler.budget',
  'scheduler.heapLimitMb',
]

function documented(name: string): string | undefined {
  const [, comment = ''] = new RegExp(`/\\*\\*([^/]*)\\*/\\s+readonly ${name}\\?:`).exec(documentation) ?? []
  return /Default:? (?:for most )?`?([\d,]+(?:\.\d+)?(?: MiB)?|\w+)/.exec(comment)?.[1]
}

function shown(value: unknown): string {
  if (typeof value !== 'number') return String(value)
  const MEBI = 2 ** 20
  return value > MEBI && value % MEBI === 0 ? `${value / MEBI} MiB` : value.toLocaleString('en')
}

test('they are valid', () => {
  expect(mistakesIn(defaultConfig())).toEqual([])
})

test.each(
  valuePaths(runSettings)
    .map((path) => path.join('.'))
    .filter((name) => !WITHOUT.includes(name)),
)('%s', (name) => {
  const value = name
    .split('.')
    .reduce<unknown>((part, key) => (part as Readonly<Record<string, unknown>>)[key], defaultConfig())
  expect(shown(value)).toBe(documented(name.split('.').at(-1) as string))
})
