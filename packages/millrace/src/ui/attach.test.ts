/**
 * Goal: the server of the page gives the metrics of its run, and to nobody without the token of its address; and a page is told how
 * its run has ended. Runs the build.
 */

import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AnyTerm, type Run, run } from '@millrace/core'
import { forEach, interval } from '@millrace/terms'
import { expect, onTestFinished, test } from 'vitest'
import { fixture, startMillrace } from '../../test/millrace-process.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { openPage, showRun } from './attach.ts'

test('metrics and health of the run that is shown', async () => {
  const page = await openPage({})
  const { origin, searchParams } = new URL(page.address)
  const headers = { authorization: `Bearer ${searchParams.get('token')}` }
  const ask = (path: string, init: RequestInit = { headers }) => fetch(`${origin}${path}`, init)
  expect((await ask('/metrics')).status).toBe(401)
  const term = interval(5)
  const running = run(term)
  showRun(page, running as Run, term as AnyTerm, { title: 'test', strategy: 'inline' })
  await running.output()[Symbol.asyncIterator]().next()
  expect(await (await ask('/metrics')).text()).toMatch(/^millrace_run_born_items_total\{.*\} [1-9]/m)
  expect((await ask('/readyz')).status).toBe(200)
  expect((await ask('/metrics', {})).status).toBe(401)
  await running.cancel('enough')
  await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
  await page.close()
})

test.each([
  ['completed', 'completed', {}],
  ['failed', 'TERM_FAILED', { RUN_FAILS: '1' }],
])(
  'a page of a program is told that its run has %s, and the program ends',
  async (state, said, variables) => {
    const child = spawn(process.execPath, [fixture('with-page.mjs')], {
      env: { ...process.env, ...variables },
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const output = { stdout: '', stderr: '' }
    const address = await new Promise<string>((resolve, reject) => {
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          output[name] += text
          const found = /http:\S+token=\S+(?=\n)/.exec(output.stderr)?.[0]
          if (found !== undefined) resolve(found)
        })
      }
      child.on('close', () => reject(new Error(`no address: ${output.stderr}`)))
    })
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    const cookie = (await fetch(address)).headers.get('set-cookie')?.split(';')[0] ?? ''
    const events = await fetch(`${new URL(address).origin}/events`, { headers: { cookie } })
    child.stdin.end('go on\n')
    const told = [...(await events.text()).matchAll(/^event: (\w+)\nid: \S+\ndata: (.*)$/gm)]
    const names = told.map(([, name]) => name).filter((name) => name !== 'letters')
    // once the last frame is out, a page that is slow is waited for
    expect(names.slice(-3)).toEqual(['frame', 'notice', 'end'])
    const frames = told.filter(([, name]) => name === 'frame')
    expect(JSON.parse(frames.at(-1)?.[2] ?? '')).toMatchObject({ state })
    expect([await ended, output.stdout]).toEqual([0, `${said}\n`])
  },
)

test.each([
  ['the end of its run', false],
  ['no end where another run may follow', true],
])('a page is told %s', async (_what, isWatched) => {
  const page = await openPage({ hold: true })
  const cookie = (await fetch(page.address)).headers.get('set-cookie')?.split(';')[0] ?? ''
  const headers = { cookie }
  const term = interval(5).pipe(forEach(() => undefined))
  const running = run(term)
  showRun(page, running as unknown as Run, term as AnyTerm, { title: 'test', strategy: 'inline', isWatched })
  const events = await fetch(`${new URL(page.address).origin}/events`, { headers })
  await running.stop()
  const later = await (await fetch(new URL(page.address).origin, { headers })).text()
  await page.close()
  const text = await events.text()
  expect(text).toContain('"state":"stopped"')
  expect([text.includes('event: end'), later.includes('data-after')]).toEqual([!isWatched, isWatched])
})

test('the last items of a tap are told before the end', async () => {
  const until = join(temporaryFolder(), 'over')
  const args = ['run', fixture('watched.ts'), '--ui', '--tap', 'A', '-p', 'b=waits', '-p', `until=${until}`]
  const { child, finished, pageAddress } = startMillrace(args)
  onTestFinished(() => void child.kill('SIGKILL'))
  const address = await pageAddress()
  const cookie = (await fetch(address)).headers.get('set-cookie')?.split(';')[0] ?? ''
  const events = await fetch(`${new URL(address).origin}/events`, { headers: { cookie } })
  writeFileSync(until, '')
  const names = [...(await events.text()).matchAll(/^event: (\w+)$/gm)].map(([, name]) => name)
  expect([names.at(-1), names.includes('tap')]).toEqual(['end', true])
  expect((await finished).code).toBe(0)
})
