/** Goal: the schema that editors read and the check of the commands say the same of any config, and the file is up to date. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mistakesIn } from './check.ts'
import { configSchema, withoutSchema } from './json-schema.ts'
import type { Section, Setting } from './setting.ts'
import { runSettings } from './settings.ts'

const CONFIGS = 10_000
const SHIPPED = fileURLToPath(new URL('../../config.schema.json', import.meta.url))

const isValid = new Ajv({ strict: true, allErrors: false }).compile(configSchema())

/** Near what is allowed: numbers about the bounds, texts about the names, records with a name too many or too few. */
const odd = fc.oneof(
  fc.constantFrom(0, 1, 2, -1, 0.5, 1e-9, 1.5, 2 ** 53 - 1, 2 ** 53, 1e300, true, false, null, '', 'x', '1'),
  fc.constantFrom({}, [], [1], { attempts: 1 }, { failures: 1, windowMs: 1 }),
  fc.record(
    {
      attempts: fc.constantFrom(0, 3, -1, 1.5, 2 ** 53),
      delayMs: fc.constantFrom(0, 10, -1),
      factor: fc.constantFrom(1, 2, 0.5),
      jitter: fc.constantFrom(0, 1, 1.1),
      extra: fc.constant(1),
    },
    { requiredKeys: [] },
  ),
  fc.record(
    {
      failures: fc.constantFrom(1, 0, 2.5),
      windowMs: fc.constantFrom(1, 0, 1e-320),
      probeAfterMs: fc.constantFrom(5, 0, -5),
    },
    { requiredKeys: [] },
  ),
)

const SAMPLES = [1, 3, 0.5, 0, true, 'x', { failures: 1, windowMs: 1 }, { attempts: 2, delayMs: 10 }]

function configsOf(setting: Setting): fc.Arbitrary<unknown> {
  switch (setting.kind) {
    case 'value': {
      const sound = [...(setting.names ?? []), ...SAMPLES].filter((value) => setting.accepts(value))
      return fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...sound) }, odd)
    }
    case 'section':
      return mostly(partsOf(setting))
    case 'entries':
      return mostly(
        fc.dictionary(fc.constantFrom('map', 'sk*', '__proto__', '', '$schema'), configsOf(setting.part)),
      )
  }
}

function partsOf({ parts }: Section): fc.Arbitrary<unknown> {
  const names = Object.entries(parts).map(([name, part]) => [name, configsOf(part)] as const)
  const extra = fc.oneof(
    { weight: 30, arbitrary: fc.constant(null) },
    fc.constantFrom('worker', '__proto__', 'constructor', 'Edges'),
  )
  return fc
    .tuple(
      fc.record(Object.fromEntries(names), { requiredKeys: [] }),
      fc.subarray(Object.keys(parts), { maxLength: Math.min(3, names.length) }),
      extra,
    )
    .map(([all, kept, more]) => {
      const some = Object.entries(all).filter(([name]) => kept.includes(name))
      return Object.fromEntries(more === null ? some : [...some, [more, 1]])
    })
}

function mostly(records: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 20, arbitrary: records }, odd)
}

test(`ajv and the check agree on ${CONFIGS} configs, sound ones and others`, () => {
  const counts = { sound: 0, unsound: 0 }
  const configs = partsOf(runSettings).map((config) => JSON.stringify(config))
  const seen = fc.sample(configs, { numRuns: CONFIGS, seed: 20 })
  for (const text of seen) {
    const isSound = mistakesIn(withoutSchema(JSON.parse(text))).length === 0
    counts[isSound ? 'sound' : 'unsound']++
    if (isValid(JSON.parse(text)) !== isSound) expect.fail(`the check says ${isSound} of ${text}`)
  }
  expect(Math.min(counts.sound, counts.unsound)).toBeGreaterThan(CONFIGS / 10)
})

test('a file may name its schema, and nothing else beside the settings', () => {
  expect(withoutSchema({ $schema: 'x.json', strict: true })).toEqual({ strict: true })
  expect(withoutSchema({ $schema: 1 })).toEqual({ $schema: 1 })
  expect([isValid({ $schema: 'x.json' }), isValid({ $schema: 1 })]).toEqual([true, false])
})

test('every setting says what it may be, for editors', () => {
  const blank = (setting: Setting): number => {
    if (setting.kind === 'value') return setting.schema === undefined ? 1 : 0
    if (setting.kind === 'entries') return blank(setting.part)
    return Object.values(setting.parts).reduce((sum, part) => sum + blank(part), 0)
  }
  expect(blank(runSettings)).toBe(0)
})

// after a change: millrace config --schema > packages/millrace/config.schema.json
test('the schema that the package brings is that of the settings', () => {
  expect(JSON.parse(readFileSync(SHIPPED, 'utf8'))).toEqual(configSchema())
})
