/**
 * Goal: `millrace check` finds whatever of the misuse corpus can be known without a run, says where terms would run, and
 * opens and starts nothing. Runs the build.
 */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BadInputError, MillraceError } from '@millrace/core'
import { profileSettings } from '@millrace/scheduler'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { fixture, millrace } from '../../test/millrace-process.ts'
import { commandCases, programCases } from '../../test/misuse/corpus.ts'
import { graphOf } from '../../test/misuse/graphs.ts'
import { judgeCommands, type Verdict } from '../../test/misuse/judge.ts'
import type { CliMisuse } from '../../test/misuse/misuse.ts'
import { throughCheck, UNKNOWABLE } from '../../test/misuse/through-check.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { checkAddresses } from '../check/addresses.ts'
import { checkGraph } from '../check/check-graph.ts'

vi.mock('../check/addresses.ts', { spy: true })

/** Cases outside of this workspace know no package by its name. */
const built = (name: string): string => new URL(`../../dist/${name}.js`, import.meta.url).href

const unknowable = new Set(Object.values(UNKNOWABLE).flat())
const named = Object.entries(commandCases).flatMap(([area, cases]) =>
  cases.map((misuse): readonly [string, CliMisuse | undefined] => [
    `${area}: ${misuse.name}`,
    throughCheck(misuse),
  ]),
)
const knowable = named.filter((entry): entry is readonly [string, CliMisuse] => !unknowable.has(entry[0]))

test('what cannot be known is a case of the corpus, and listed once', () => {
  const names = named.map(([name]) => name)
  const listed = Object.values(UNKNOWABLE).flat()
  expect(listed.filter((name) => !names.includes(name))).toEqual([])
  expect(unknowable.size).toBe(listed.length)
  expect(knowable.filter(([, misuse]) => misuse === undefined)).toEqual([])
})

describe('the misuse corpus', () => {
  const verdicts = new Map<string, Verdict>()

  beforeAll(async () => {
    const judged = await judgeCommands(knowable.map(([, misuse]) => misuse))
    knowable.forEach(([name], at) => void verdicts.set(name, judged[at] as Verdict))
  })

  test.each(knowable.map(([name]) => [name]))('%s', (name) => {
    const { complaints, seen } = verdicts.get(name) as Verdict
    expect(complaints, seen).toEqual([])
  })
})

test.runIf(process.env['MILLRACE_DEEP'] !== undefined)(
  'what is listed as unknowable is not found',
  async () => {
    const asked = named.flatMap(([name, misuse]) =>
      misuse === undefined || !unknowable.has(name) ? [] : [{ ...misuse, error: undefined } as never],
    )
    const verdicts = await judgeCommands(asked as CliMisuse[])
    expect(verdicts.filter(({ seen }) => / \[[A-Z_]+\]/.test(seen) && !seen.includes('LEFT_OPEN'))).toEqual(
      [],
    )
  },
)

test('programs that the corpus refuses when they build a term are refused by the builder of a module, too', async () => {
  const built = programCases.filter(({ run }) => {
    try {
      void (run() as Promise<unknown> | undefined)?.catch?.(() => undefined)
      return false
    } catch {
      return true
    }
  })
  expect(built.length).toBeGreaterThan(60)
  for (const { name, run, error } of built) {
    const code = await Promise.resolve()
      .then(() => checkGraph('g.ts', run() as never, { config: {}, file: undefined }))
      .catch((thrown: unknown) => (thrown instanceof MillraceError ? thrown.code : thrown))
    expect([name, code]).toEqual([name, error.code])
  }
})

interface Report {
  readonly isSound: boolean
  readonly mistakes: readonly { readonly code: string }[]
  readonly warnings: readonly { readonly code: string }[]
  readonly terms: readonly {
    readonly id: string
    readonly places: Readonly<Record<string, { readonly runsOn: string; readonly why: string }>>
  }[]
}

test('the report says for each strategy where a term would run, and why', async () => {
  const { code, stdout } = await millrace(['check', fixture('every-place.ts'), '--workers', '2', '--json'])
  const { isSound, terms } = JSON.parse(stdout) as Report
  expect([code, isSound]).toEqual([0, true])
  const { places } = terms.find(({ id }) => id === 'tap') ?? { places: {} }
  expect(places).toEqual({
    inline: { runsOn: 'caller', why: 'inline runs every term on the thread that calls run()' },
    dedicated: { runsOn: 'workers', why: '11 terms share 2 workers' },
    pool: { runsOn: 'caller', why: 'it acts beside the stream' },
    'work-stealing': { runsOn: 'caller', why: 'it acts beside the stream' },
    hybrid: { runsOn: 'caller', why: 'it acts beside the stream' },
    distributed: { runsOn: 'hosts', why: 'it is in task t2, with 3 other terms' },
  })
})

test('mistakes in the config and in the graph are told together, as text and as JSON', async () => {
  const folder = temporaryFolder()
  await writeFile(join(folder, 'g.mjs'), graphOf('fromIterable([1]).pipe(nothing)'))
  await writeFile(join(folder, 'millrace.config.json'), '{ "batchItem": 5 }')
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const shown = await millrace(['check', 'g.mjs'], folder)
  expect([shown.code, shown.stdout]).toEqual([2, ''])
  expect(shown.stderr).toMatch(/Did you mean batchItems\?.*\n.*g\.mjs/)
  const told = await millrace(['check', 'g.mjs', '--json'], folder)
  const { isSound, mistakes } = JSON.parse(told.stdout) as Report
  expect([told.code, told.stderr, isSound, mistakes.length]).toEqual([2, '', false, 2])
})

describe('warnings', () => {
  const look = async (config: object) => {
    const { default: everyPlace } = await import('../../test/fixtures/every-place.ts')
    const { warnings } = await checkGraph('g.ts', everyPlace(), { config, file: undefined })
    return warnings.map(({ code }) => code)
  }

  test.each<[string, object, string[]]>([
    [
      'what other strategies refuse is none',
      { scheduler: { strategy: 'pool', workers: 2, isolation: 'process' } },
      [],
    ],
    ['settings without effect', { scheduler: { workers: 2, batchMs: 5 } }, ['NO_EFFECT', 'NO_EFFECT']],
    [
      'all terms stay',
      { scheduler: { strategy: 'pool', workers: 2 }, terms: { '*': { local: true } } },
      ['NOTHING_MOVES'],
    ],
    [
      'what only a profile sets is no mistake',
      { scheduler: { ...profileSettings('io').scheduler, profile: 'io', strategy: 'dedicated' } },
      [],
    ],
  ])('%s', async (_name, config, codes) => {
    expect(await look(config)).toEqual(codes)
  })

  test('make the exit code 1 with --strict, and only then', async () => {
    const args = ['check', fixture('numbers.ts'), '--workers', '2']
    const [lenient, strict] = [await millrace(args), await millrace([...args, '--strict'])]
    expect([lenient.code, strict.code]).toEqual([0, 1])
    expect(lenient.stdout).toContain('warning: scheduler.workers (2) has no effect under inline. [NO_EFFECT]')
  })
})

describe('a graph that a strategy refuses', () => {
  const settings = (strategy: 'pool' | 'inline') => ({ config: { scheduler: { strategy } }, file: undefined })

  test('is a mistake for the chosen one, and told of the others', async () => {
    const { fromIterable, map } = await import('millrace/terms')
    const term = fromIterable([1]).pipe(map((n) => n))
    await expect(checkGraph('g.ts', term, settings('pool'))).rejects.toThrow(BadInputError)
    const { refusals, warnings } = await checkGraph('g.ts', term, settings('inline'))
    const codes = Object.values(refusals).map(({ code }) => code)
    expect([codes, warnings]).toEqual([Array(4).fill('NOT_A_GRAPH_MODULE'), []])
  })

  test('makes no exit code', async () => {
    const folder = temporaryFolder({
      'g.mjs': `import { fromIterable, print } from '${built('terms')}'
export default fromIterable([1]).pipe(print())
`,
    })
    const { code, stdout } = await millrace(['check', 'g.mjs', '--strict'], folder)
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^note: dedicated cannot run it: .*\]$/m)])
  })
})

test('the graph is looked for where workers would once, whatever the number of strategies', async () => {
  const { default: everyPlace } = await import('../../test/fixtures/every-place.ts')
  vi.mocked(checkAddresses).mockClear()
  const config = { scheduler: { workers: 2 } }
  const { terms } = await checkGraph('g.ts', everyPlace(), { config, file: undefined })
  expect(Object.keys(terms[0]?.places ?? {})).toHaveLength(6)
  expect(checkAddresses).toHaveBeenCalledOnce()
})
