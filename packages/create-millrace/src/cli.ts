/**
 * The command behind `npm create millrace`: reads its arguments, asks for the template on a terminal, and says how to go on.
 * It installs nothing. Started by `bin/create-millrace.js`.
 */

import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { CannotCreateError, createProject } from './create-project.ts'
import { isTemplate, TEMPLATES, type Template } from './templates.ts'

const names = Object.keys(TEMPLATES) as Template[]
const table = Object.entries(TEMPLATES).map(([name, does]) => `  ${name.padEnd(9)}${does}`)

const HELP = `Usage: npm create millrace [folder] -- [--template name]
       pnpm create millrace [folder] [--template name]

Writes a project that can be run and tested at once. The folder, millrace-app by default, must be new or empty.
Without --template it asks on a terminal, and takes etl elsewhere.

Templates:
${table.join('\n')}

Options:
  -t, --template <name>  the template
  -v, --version          the version of Millrace that a project gets
  -h, --help             this text`

process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  try {
    const { values, positionals } = parse(args)
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    if (values.help === true || values.version === true) {
      console.log(values.help === true ? HELP : version)
      return 0
    }
    const [dir = 'millrace-app'] = positionals
    const template = checked(values.template) ?? (await ask())
    // pnpm and npm say who they are in this variable
    const manager = process.env['npm_config_user_agent']?.startsWith('pnpm/') === true ? 'pnpm' : 'npm'
    const files = createProject({ dir, template, manager, version })
    const here = relative('.', dir)
    console.log(
      `${dir}: ${files.length} files from the template ${template} (${TEMPLATES[template]}).\n\nTo go on:`,
    )
    for (const step of [...(here === '' ? [] : [`cd ${quoted(here)}`]), `${manager} install`])
      console.log(`  ${step}`)
    for (const script of ['test', 'start']) console.log(`  ${manager} ${script}`)
    return 0
  } catch (error) {
    if (!(error instanceof CannotCreateError)) throw error
    console.error(`create-millrace: ${error.message}`)
    return 2
  }
}

function parse(args: string[]) {
  try {
    const parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        template: { type: 'string', short: 't' },
        version: { type: 'boolean', short: 'v' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (parsed.positionals.length > 1) {
      throw new CannotCreateError(`One folder at most, but got: ${parsed.positionals.join(', ')}.`)
    }
    return parsed
  } catch (error) {
    if (error instanceof TypeError) {
      const [sentence] = error.message.split('. ')
      throw new CannotCreateError(`${sentence?.replace(/\.$/, '')}. See --help.`, { cause: error })
    }
    throw error
  }
}

function checked(name: string | undefined): Template | undefined {
  if (name === undefined || isTemplate(name)) return name
  throw new CannotCreateError(`There is no template ${name}. There are: ${names.join(', ')}.`)
}

/** The template that is typed, by its name or number; without a terminal, the first one. */
async function ask(): Promise<Template> {
  const [first] = names as [Template]
  if (!process.stdin.isTTY || !process.stdout.isTTY) return first
  for (const [i, line] of table.entries()) console.log(`${i + 1}${line}`)
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const left = new Promise<never>((_, reject) => {
    terminal.once('close', () => reject(new CannotCreateError('No template was chosen.')))
  })
  left.catch(() => {})
  try {
    const answer = (await Promise.race([terminal.question(`Template (${first}): `), left])).trim()
    if (answer === '') return first
    return names[Number(answer) - 1] ?? (checked(answer) as Template)
  } finally {
    terminal.close()
  }
}

function quoted(path: string): string {
  return /^[\w./\\-]+$/.test(path) ? path : JSON.stringify(path)
}
