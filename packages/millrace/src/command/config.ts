/** `millrace config`: prints every setting, its value, and where that is from. Called by `cli.ts`. */

import { defaultConfig } from '../config/defaults.ts'
import { configSchema } from '../config/json-schema.ts'
import { resolveConfig } from '../config/resolve.ts'
import { nameOf, valuePaths } from '../config/setting.ts'
import { runSettings } from '../config/settings.ts'
import type { FlagValues } from '../config/text-layers.ts'
import { linesOfTable } from '../report/table.ts'

/** Options of `millrace config`. */
export interface ConfigCommandOptions extends FlagValues {
  readonly config?: string
  readonly json?: true
  /** Prints what a config may be. */
  readonly schema?: true
}

/** A line of the table. A value of `undefined` is one that only Node knows. */
interface Row {
  readonly setting: string
  readonly value: unknown
  readonly from: string
}

/** Prints to stdout. @throws {BadInputError} with a line per mistake in any source of settings. */
export async function configCommand({ config, json, schema, ...flags }: ConfigCommandOptions): Promise<void> {
  if (schema === true) {
    process.stdout.write(`${JSON.stringify(configSchema(), null, 2)}\n`)
    return
  }
  const { values } = await resolveConfig(
    { ...(config === undefined ? {} : { config }), flags },
    defaultConfig(),
  )
  const rows = new Map<string, Row>()
  for (const path of valuePaths(runSettings)) {
    rows.set(nameOf(path), { setting: nameOf(path), value: undefined, from: 'default' })
  }
  for (const { path, value, from } of values) {
    rows.set(nameOf(path), { setting: nameOf(path), value, from })
  }
  process.stdout.write(json === true ? jsonOf([...rows.values()]) : tableOf([...rows.values()]))
}

function tableOf(rows: readonly Row[]): string {
  const lines = [
    ['setting', 'value', 'from'],
    ...rows.map(({ setting, value, from }) => [setting, value === undefined ? '-' : String(value), from]),
  ]
  return linesOfTable(lines)
    .map((line) => `${line}\n`)
    .join('')
}

/** JSON has no Infinity: it is given as text. */
function jsonOf(rows: readonly Row[]): string {
  const plain = rows.map(({ setting, value = null, from }) => ({
    setting,
    value: value === Infinity ? String(value) : value,
    from,
  }))
  return `${JSON.stringify(plain, null, 2)}\n`
}
