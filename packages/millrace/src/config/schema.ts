/**
 * The tree of settings as a zod schema, which finds every mistake of a config. Called by `check.ts`, only once a
 * config is known to have one.
 */

import { createRequire } from 'node:module'
import type { z } from 'zod'
import type { Section, Setting } from './setting.ts'

const schemas = new WeakMap<Section, z.ZodType>()

/** The schema for `settings`, made once. */
export function schemaOf(settings: Section): z.ZodType {
  let schema = schemas.get(settings)
  if (schema === undefined) {
    // not imported: zod takes some 60 ms and 14 MB to load, in every worker that imports `millrace`; and not awaited:
    // `run` throws at once
    const zod = createRequire(import.meta.url)('zod') as typeof import('zod')
    schema = schemaOfSetting(settings, zod)
    schemas.set(settings, schema)
  }
  return schema
}

function schemaOfSetting(setting: Setting, zod: typeof import('zod')): z.ZodType {
  switch (setting.kind) {
    case 'value':
      return setting.names === undefined
        ? zod.custom((seen) => setting.accepts(seen), setting.allowed)
        : zod.enum([...setting.names], setting.allowed)
    case 'section':
      return zod.strictObject(
        Object.fromEntries(
          Object.entries(setting.parts).map(([name, part]) => [
            name,
            zod.exactOptional(schemaOfSetting(part, zod)),
          ]),
        ),
        setting.allowed,
      )
    case 'entries':
      return zod.record(zod.string(), schemaOfSetting(setting.part, zod), setting.allowed)
  }
}
