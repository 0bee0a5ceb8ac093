/** `millrace config`: prints every setting, its value, and where that is from. Called by `cli.ts`. */

import { defaultConfig } from '../config/defaults.ts'
import { resolveConfig } from '../config/resolve.ts'
import { nameOf, valuePaths } from '../config/setting.ts'
import { runSettings } from '../config/settings.ts'
import type { FlagValues } from '../config/text-layers.ts'

/** Options of `millrace config`. */
export interface ConfigCommandOptions extends FlagValues {
  readonly config?: string
  readonly json?: true
}

/** A line of the table. A value of `undefined` is one that only Node knows. */
interface Row {
  readonly setting: string
  readonly value: unknown
  readonly from: string
}

/** Prints to stdout. @throws {BadInputError} with a line per mistake in any source of settings. */
export async function configCommand({ config, json, ...flags }: ConfigCommandOptions): Promise<void> {
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
  const widths = [0, 1].map((column) => Math.max(...lines.map((line) => (line[column] as string).length)))
  const lineOf = ([setting = '', value = '', from = '']: readonly string[]): string =>
    `${setting.padEnd(widths[0] as number)}  ${value.padEnd(widths[1] as number)}  ${from}\n`
  return lines.map(lineOf).join('')
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
