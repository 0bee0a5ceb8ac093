/** Runs cases of the misuse corpus and says what is wrong with each answer: nothing, if Millrace is as clear as it must be. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clear, CliMisuse, Files, Part, ProgramMisuse } from './misuse.ts'
import { type Ended, runAlone, SharedProcess } from './start-command.ts'

const MILLRACE = fileURLToPath(new URL('../..', import.meta.url))

/** A program that takes longer is said to hang. */
const DEADLINE_MS = 10_000

/** What is wrong with the answer to a case; `seen` is what was answered. */
export interface Verdict {
  readonly name: string
  readonly complaints: readonly string[]
  readonly seen: string
}

/**
 * Runs commands, each in a folder of its own. Those that share a process and those that need one of their own go side by
 * side, one of each at a time.
 */
export async function judgeCommands(cases: readonly CliMisuse[]): Promise<Verdict[]> {
  const root = mkdtempSync(join(tmpdir(), 'millrace-misuse-'))
  const shared = new SharedProcess()
  try {
    // modules of the cases import the package by its name; the search for a config ends here
    write(root, { 'package.json': '{ "type": "module" }', node_modules: null })
    symlinkSync(MILLRACE, join(root, 'node_modules', 'millrace'))
    const verdicts = new Map<CliMisuse, Verdict>()
    const judge = async (misuse: CliMisuse): Promise<void> => {
      const folder = join(root, `case-${cases.indexOf(misuse)}`)
      write(folder, misuse.files ?? {})
      const ended =
        misuse.alone === undefined ? await shared.run(misuse, folder) : await runAlone(misuse, folder)
      verdicts.set(misuse, verdictOn(misuse, ended, folder))
    }
    const inTurn = async (queue: readonly CliMisuse[]): Promise<void> => {
      for (const misuse of queue) await judge(misuse)
    }
    await Promise.all([
      inTurn(cases.filter(({ alone }) => alone === undefined)),
      inTurn(cases.filter(({ alone }) => alone !== undefined)),
    ])
    return cases.map((misuse) => verdicts.get(misuse) as Verdict)
  } finally {
    shared.close()
    rmSync(root, { recursive: true, force: true })
  }
}

function write(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(content === null ? path : dirname(path), { recursive: true })
    if (content !== null) writeFileSync(path, content)
  }
}

function verdictOn(misuse: CliMisuse, ended: Ended, folder: string): Verdict {
  const { name, error, act, stdout = '', kept = {}, absent = [] } = misuse
  const exit = act?.exit ?? error?.exit ?? 0
  const complaints = [
    ended.hung ? 'it hung' : undefined,
    ended.code === exit ? undefined : `it ended with ${ended.code}, not with ${exit}`,
    isTrace(ended.stderr) ? 'it printed a bare stack trace' : undefined,
    matches(ended.stdout, stdout) ? undefined : `stdout is ${JSON.stringify(ended.stdout)}`,
    ...(error === undefined ? [] : missingIn(ended.stderr, error)),
    error === undefined && act === undefined && ended.stderr !== '' ? 'it complained' : undefined,
    ...Object.entries(kept).map(([file, content]) => keptIn(folder, file, content)),
    ...absent.map((file) => (existsSync(join(folder, file)) ? `it left ${file} behind` : undefined)),
  ].filter((complaint) => complaint !== undefined)
  return { name, complaints, seen: ended.stderr }
}

/** Lines of ours begin with the command's name; a place in the user's code follows on one line. */
function isTrace(stderr: string): boolean {
  return /^\s{4}at |node:internal|^Node\.js v/m.test(stderr)
}

function keptIn(folder: string, file: string, content: Part): string | undefined {
  const path = join(folder, file)
  if (!existsSync(path)) return `${file} is lost`
  const text = readFileSync(path, 'utf8')
  return matches(text, content) ? undefined : `${file} holds ${JSON.stringify(text.slice(0, 200))}`
}

function missingIn(message: string, { code, place, remedy }: Clear): (string | undefined)[] {
  return [
    message.includes(code) ? undefined : `the code ${code} is missing`,
    contains(message, place) ? undefined : `the place ${place} is missing`,
    contains(message, remedy) ? undefined : `the remedy ${remedy} is missing`,
  ]
}

function contains(text: string, part: Part): boolean {
  return typeof part === 'string' ? text.includes(part) : part.test(text)
}

function matches(text: string, part: Part): boolean {
  return typeof part === 'string' ? text === part : part.test(text)
}

/** Runs a program to its error. */
export async function judgeProgram({ name, run, error }: ProgramMisuse): Promise<Verdict> {
  const hung = Symbol('hung')
  let deadline: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    deadline = setTimeout(() => resolve(hung), DEADLINE_MS)
  })
  try {
    const gave = await Promise.race([Promise.resolve().then(run), late])
    return { name, complaints: [gave === hung ? 'it hung' : 'nothing was said'], seen: '' }
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'none'
    const seen = thrown instanceof Error ? `${thrown.message} [${code}]` : String(thrown)
    return { name, complaints: missingIn(seen, error).filter((complaint) => complaint !== undefined), seen }
  } finally {
    clearTimeout(deadline)
  }
}
