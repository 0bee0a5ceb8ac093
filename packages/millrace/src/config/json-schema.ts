/** The settings of a config file as JSON Schema, for editors: made from the table that the check itself reads. Loads nothing. */

import type { JsonSchema, Section, Setting } from './setting.ts'
import { runSettings } from './settings.ts'

/** A file names its schema under this; it is no setting. */
export const SCHEMA_KEY = '$schema'

/** The schema of a config file in JSON or YAML. */
export function configSchema(settings: Section = runSettings): JsonSchema {
  const { properties, ...rest } = schemaOf(settings)
  const named = { [SCHEMA_KEY]: { type: 'string', description: 'the schema of this file' } }
  return {
    [SCHEMA_KEY]: 'http://json-schema.org/draft-07/schema#',
    title: 'Settings of Millrace',
    ...rest,
    properties: { ...named, ...(properties as JsonSchema) },
  }
}

function schemaOf(setting: Setting): JsonSchema {
  const description = setting.allowed
  switch (setting.kind) {
    case 'value':
      return { description, ...setting.schema }
    case 'section': {
      const parts = Object.entries(setting.parts).map(([name, part]) => [name, schemaOf(part)])
      return {
        description,
        type: 'object',
        properties: Object.fromEntries(parts),
        additionalProperties: false,
      }
    }
    case 'entries':
      return { description, type: 'object', additionalProperties: schemaOf(setting.part) }
  }
}

/** What a file holds without the name of its schema. */
export function withoutSchema(content: unknown): unknown {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return content
  const { [SCHEMA_KEY]: schema, ...settings } = content as Readonly<Record<string, unknown>>
  return typeof schema === 'string' ? settings : content
}
