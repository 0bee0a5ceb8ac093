// A name stands for one run: the command goes on with a run that is open, and is refused one that is over.

import type { AnyTerm } from '@millrace/core'
import { collect, fromIterable, keyBy, map } from '@millrace/terms'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasServer, runName, SERVER } from '../../test/server.ts'
import { removeRun } from '../jetstream/clean.ts'
import { CALLER } from '../protocol/assign.ts'
import { type Joined, joinRun } from './join-run.ts'

const server = { servers: [SERVER] }

function make(): AnyTerm {
  const partition = () => map((n: number) => n)
  return fromIterable([1, 2, 3]).pipe(
    keyBy((n) => n, partition),
    collect(),
  )
}

describe.skipIf(!(await hasServer()))('the command', () => {
  let run: string
  beforeEach(() => {
    run = runName()
  })
  afterEach(() => removeRun(run, server))

  const join = (...labels: string[]): Promise<Joined> => joinRun({ term: make(), run, server, labels })

  test('goes on with a run that is open; completed it is refused', async () => {
    const first = await join(CALLER)
    first.leave()
    expect(await first.done).toBe('left')
    await first.close()
    const [second, host] = [await join(CALLER), await join()]
    expect(await second.done).toBe('completed')
    expect(Object.values(await second.results())).toEqual([expect.arrayContaining([1, 2, 3])])
    await Promise.all([second.close(), host.close()])
    await expect(join(CALLER)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: `Run "${run}" is over (completed): remove it with millrace clean ${run}, or take another name.`,
    })
    const late = await join()
    expect(await late.done).toBe('completed')
    await late.close()
  })

  test('is refused a run that was cancelled', async () => {
    const first = await join(CALLER)
    await first.cancel()
    expect(await first.done).toBe('cancelled')
    await first.close()
    await expect(join(CALLER)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('is over (cancelled)'),
    })
  })
})
