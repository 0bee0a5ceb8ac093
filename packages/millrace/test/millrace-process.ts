/** Starts the built command in a process of its own, for the end-to-end tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

/** The path of a fixture. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
}

/** A process that has ended. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A process under way. */
export interface Started {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  /** Resolves once the text was printed, to stdout or stderr; rejects if the process ends without. */
  printed(text: string): Promise<void>
  /** Resolves to the address of the page, token included, once it was printed. */
  pageAddress(): Promise<string>
}

/** Runs `millrace` with these arguments to its end. */
export function millrace(
  args: readonly string[],
  cwd?: string,
  variables?: Readonly<Record<string, string>>,
): Promise<Finished> {
  return startMillrace(args, cwd, variables).finished
}

/** What was said on stderr, without the code that ends each line. @throws if a line has none. */
export function saidBy({ stderr }: Finished): string {
  return stderr.replace(/^.*\n/gm, (line) => {
    const said = line.replace(/ \[[A-Z_]+\]\n$/, '\n')
    if (said === line) throw new Error(`a line without a code: ${line}`)
    return said
  })
}

/**
 * Starts `millrace` with these arguments, and with no settings from the environment but `variables`; `detached` in a process
 * group of its own, as a terminal does.
 */
export function startMillrace(
  args: readonly string[],
  cwd: string = process.cwd(),
  variables: Readonly<Record<string, string>> = {},
  detached = false,
): Started {
  const env = Object.entries(process.env).filter(
    ([name]) => !/^(FORCE_COLOR|NODE_OPTIONS|MILLRACE_.*)$/.test(name),
  )
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { ...Object.fromEntries(env), NO_COLOR: '1', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
  })
  const output = { stdout: '', stderr: '' }
  const look = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      for (const waiting of look) waiting()
    })
  }
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...output }))
  })
  const seen = <Found>(what: string, find: () => Found | undefined): Promise<Found> =>
    new Promise((resolve, reject) => {
      const waiting = (): void => {
        const found = find()
        if (found !== undefined) resolve(found)
      }
      look.add(waiting)
      waiting()
      finished.then(
        ({ stdout, stderr }) => reject(new Error(`${what} was never printed:\n${stdout}\n${stderr}`)),
        reject,
      )
    })
  const isIn = (text: string): boolean => output.stdout.includes(text) || output.stderr.includes(text)
  const printed = async (text: string): Promise<void> => {
    await seen(`"${text}"`, () => (isIn(text) ? true : undefined))
  }
  const pageAddress = (): Promise<string> =>
    seen('an address', () => /http:\S+token=\S+(?=\n)/.exec(output.stderr)?.[0])
  return { child, finished, printed, pageAddress }
}
