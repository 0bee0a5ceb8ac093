/** Goal: the server of the page gives the metrics of its run, and to nobody without the token of its address. */

import { type AnyTerm, type Run, run } from '@millrace/core'
import { interval } from '@millrace/terms'
import { expect, test } from 'vitest'
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
