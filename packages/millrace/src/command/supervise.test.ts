/** Goal: signals and a reader that leaves end a run in good order. Runs the build; waits for printed lines only. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fixture, startMillrace } from '../../test/millrace-process.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'

function startTicks(...args: string[]) {
  const summary = join(temporaryFolder(), 'summary.json')
  const started = startMillrace(['run', fixture('ticks.ts'), '--summary', summary, ...args])
  return { ...started, summary: () => JSON.parse(readFileSync(summary, 'utf8')) }
}

test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'one %s drains: everything that came in comes out',
  async (signal) => {
    const { child, finished, printed, summary } = startTicks()
    await printed('3\n')
    child.kill(signal)
    const { code, stdout, stderr } = await finished
    expect([code, stderr]).toEqual([
      0,
      `millrace: ${signal}: draining; what is under way goes on to its end. The same again cancels.\n`,
    ])
    const { outcome, balanced, items } = summary()
    expect([outcome, balanced, items.out]).toEqual(['stopped', true, items.in])
    expect(stdout.trim().split('\n')).toHaveLength(items.in)
  },
)

test.for([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('a second %s cancels: terms exit, the exit code is %i', async ([signal, expected]) => {
  const { child, finished, printed, summary } = startTicks('-p', 'hold=yes')
  await printed('holding\n')
  child.kill(signal)
  await printed('draining')
  child.kill(signal)
  const { code, stdout, stderr } = await finished
  expect([code, stdout]).toEqual([expected, '1\n2\n3\nholding\nlet go\n'])
  expect(stderr).toMatch(
    /draining.*\nmillrace: SIG\w+: cancelling\nmillrace: cancelled; items discarded under way: \d+\n$/,
  )
  expect(summary()).toMatchObject({ outcome: 'cancelled', balanced: true })
})

test('a reader of the output that leaves ends the run quietly', async () => {
  const { child, finished, printed, summary } = startTicks()
  await printed('1\n')
  child.stdout?.destroy()
  const { code, stderr } = await finished
  expect([code, stderr, summary().outcome]).toEqual([0, '', 'stopped'])
})

test('a reader of a picture that leaves is no error', async () => {
  const { child, finished } = startMillrace(['graph', fixture('ticks.ts')])
  child.stdout?.destroy()
  const { code, stderr } = await finished
  expect([code, stderr]).toEqual([0, ''])
})
