// Goal: a program has one outcome and one exit code, whatever the strategy: through the command, and through `run`. Stray
// rejections, clean-up that throws, and what never settles while nothing is left that could settle it.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { fixture, millrace } from './millrace-process.ts'

const STRATEGIES = ['inline', 'dedicated', 'pool', 'work-stealing', 'hybrid'] as const

const STRAY =
  'A promise that nobody waits for was rejected: nobody waits. Await it, or catch its error. [UNCAUGHT]'
const dry = (what: string): string =>
  `The run cannot end: ${what} waits for a promise that nothing is left to settle (no timer, file or connection is open any more). [NOTHING_PENDING]`
const UNKEPT = 'Term "fromIterable" failed in generate: not let go [TERM_FAILED]'

const endings: Readonly<Record<string, string>> = {
  'a stray rejection with the first item': STRAY,
  'a stray rejection with the last item': STRAY,
  'a stray rejection in end()': STRAY,
  'a stray rejection in exit()': STRAY,
  'a generator that throws in finally': UNKEPT,
  'a return() that throws': UNKEPT,
  'enter() never settles': dry('enter() of the term "hooked"'),
  'end() never settles': dry('end() of the term "hooked"'),
  'next() never settles': dry('the term "fromAsyncIterable"'),
}

test.each(Object.entries(endings))('millrace run: %s', async (how, said) => {
  const play = async (strategy: string): Promise<readonly [string, object]> => {
    const args = ['run', fixture('endings.mjs'), '-p', `how=${how}`, '--strategy', strategy, '--quiet']
    const { code, stderr } = await millrace(args)
    return [strategy, { code, said: stderr.split('\n')[0] }]
  }
  const seen = Object.fromEntries(await Promise.all(STRATEGIES.map(play)))
  const expected = { code: 1, said: `millrace: ${said}` }
  expect(seen).toEqual(Object.fromEntries(STRATEGIES.map((strategy) => [strategy, expected])))
})

function play(how: string, strategy: string): Promise<{ readonly code: unknown; readonly stdout: string }> {
  const env = { ...process.env, NODE_OPTIONS: '' }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [fixture('endings.mjs'), how, strategy],
      { env, timeout: 110_000 },
      (error, stdout) => resolve({ code: error?.code ?? 0, stdout }),
    )
  })
}

describe('a program', () => {
  test.each(['inline', 'dedicated'])('%s: a run that waits in vain fails, and says so', async (strategy) => {
    const expected = { code: 1, stdout: 'NOTHING_PENDING\n' }
    expect(await play('enter() never settles', strategy)).toEqual(expected)
    expect(await play('next() never settles', strategy)).toEqual(expected)
  })

  test('a stray rejection ends the process inline, as Node has it, and fails the run where a worker has it', async () => {
    const how = 'a stray rejection with the last item'
    expect((await play(how, 'inline')).code).toBe(1)
    for (const strategy of ['dedicated', 'pool', 'work-stealing']) {
      expect(await play(how, strategy)).toEqual({ code: 1, stdout: 'UNCAUGHT\n' })
    }
  })
})

test('done before an output that holds more than an edge fails the run, under every strategy', async () => {
  const places = ['pool, process', 'hybrid, process', ...STRATEGIES]
  const env = { ...process.env, NODE_OPTIONS: '' }
  const { stdout } = await promisify(execFile)(process.execPath, [fixture('unread-output.mjs'), ...places], {
    env,
    timeout: 110_000,
  })
  expect(stdout).toBe(places.map((place) => `${place}: UNREAD_OUTPUT\n`).join(''))
})
