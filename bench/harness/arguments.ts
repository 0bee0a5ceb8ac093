// The command line of the benchmark: which suites, which part of them, and where the results go.
// Called by main.ts; it reads no files and starts nothing.

import { parseArgs } from 'node:util'
import type { Mode, OwnOptions, Suite } from './contracts.ts'

export interface Choice {
  /** Every suite when empty. */
  readonly suites: readonly string[]
  readonly mode: Mode
  /** Where `<suite>.json` and `<suite>.svg` go; undefined: the package's `results` folder. */
  readonly out: string | undefined
  /** Names of contenders or workloads; everything when empty. */
  readonly only: readonly string[]
  readonly rounds: number | undefined
  /** Folder for profiles of every process and thread; undefined: none are taken. */
  readonly profile: string | undefined
  /** Options that only some suites take. */
  readonly own: OwnOptions
  readonly help: boolean
}

export const usage = `npm run -s bench -- [suite ...] [--full] [--out DIR] [--only a,b] [--rounds N] [--profile DIR]

  suite      folders of bench/ with a suite.ts; all that compare something when none is named
  --full     longer windows, more rounds, all items: for figures that are published
  --out      folder for <suite>.json and <suite>.svg (default: bench/results)
  --only     contenders and workloads by name, comma-separated
  --rounds   processes per contender and workload; an odd number has a middle one
  --profile  folder for CPU profiles of every process and thread; the figures then mean little

  of scaling alone:
  --terms       numbers of terms side by side, comma-separated
  --items       items of the source, each for every term
  --body        what a term does: light, or cpu:20us
  --strategies  strategies, comma-separated; the other contenders are left out
  --workers     workers of the strategies that take a number`

/** Options that only some suites take; which, they know themselves. */
const ownOptions = ['terms', 'items', 'body', 'strategies', 'workers'] as const

/** @throws Error that says what is wrong with the arguments. */
export function parseChoice(args: readonly string[]): Choice {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      full: { type: 'boolean', default: false },
      out: { type: 'string' },
      only: { type: 'string', default: '' },
      rounds: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
      ...Object.fromEntries(ownOptions.map((name) => [name, { type: 'string' as const }])),
    },
  })
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= 1)) {
    throw new Error(`--rounds takes a whole number from 1 up, not "${values.rounds}"`)
  }
  return {
    suites: positionals,
    mode: values.full ? 'full' : 'quick',
    out: values.out,
    only: values.only.split(',').filter((name) => name !== ''),
    rounds,
    profile: values.profile,
    own: Object.fromEntries(
      ownOptions.flatMap((name) => {
        const value = (values as Readonly<Record<string, unknown>>)[name]
        return typeof value === 'string' ? [[name, value]] : []
      }),
    ),
    help: values.help,
  }
}

/** Names of contenders keep those contenders, names of workloads keep those workloads. @throws Error on any other. */
export function narrow(suite: Suite, only: readonly string[]): Suite {
  const known = [...suite.contenders, ...suite.workloads].map(({ name }) => name)
  const unknown = only.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    throw new Error(
      `--only names nothing in ${suite.name}: ${unknown.join(', ')}; it has ${known.join(', ')}`,
    )
  }
  const workloads = kept(suite.workloads, only)
  const gone = suite.workloads.filter((workload) => !workloads.includes(workload))
  const targets = suite.targets.filter(({ ratio }) => !gone.some(({ name }) => ratio.startsWith(`${name}.`)))
  return { ...suite, contenders: kept(suite.contenders, only), workloads, targets }
}

function kept<T extends { readonly name: string }>(all: readonly T[], only: readonly string[]): readonly T[] {
  const named = all.filter(({ name }) => only.includes(name))
  return named.length > 0 ? named : all
}
