/** Goal: the counts are those of a plain loop over all files of the log, whichever way it was rotated. */

import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from 'millrace'
import { Random } from 'millrace/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import logTail, { type Count, HOUR_MS, MINUTE_MS, type Request } from './14-log-tail.ts'

const BEGIN = Date.UTC(2026, 10, 29, 9, 30)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-tail-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const rotations = {
  renamed: (log: string, to: string): void => {
    renameSync(log, to)
    writeFileSync(log, '')
  },
  'copied and cut': (log: string, to: string): void => {
    copyFileSync(log, to)
    truncateSync(log)
  },
}

test.each(Object.entries(rotations))('a log that is %s', async (_, rotate) => {
  const log = join(folder, 'access.log')
  writeFileSync(log, '')
  const random = new Random(14)
  const requests: Request[] = []
  const running = run(logTail({ log, out: join(folder, 'counts.ndjson'), untilIdleMs: 2000 }))
  for (let part = 1; part <= 5; part++) {
    for (let n = 0; n < 400; n++) {
      const at = new Date(BEGIN + requests.length * 5000 - random.below(8000)).toISOString()
      const request = { at, status: random.pick([200, 200, 200, 404, 500]) }
      requests.push(request)
      appendFileSync(log, `${JSON.stringify(request)}\n`)
    }
    appendFileSync(log, 'no JSON\n')
    await new Promise((resolve) => setTimeout(resolve, random.below(120)))
    rotate(log, join(folder, `access.log-2026112${part}`))
  }
  const { items } = await running.done
  expect([items.in, items.deadLettered]).toEqual([2005, 5])

  const expected = new Map<string, number>()
  for (const { at, status } of requests) {
    const minute = new Date(Math.floor(Date.parse(at) / MINUTE_MS) * MINUTE_MS).toISOString()
    expected.set(`${minute} ${status}`, (expected.get(`${minute} ${status}`) ?? 0) + 1)
  }
  const found = new Map<string, number>()
  for (const name of readdirSync(folder).filter((each) => each.startsWith('counts'))) {
    for (const line of readFileSync(join(folder, name), 'utf8').trim().split('\n')) {
      const { minute, status, requests: count } = JSON.parse(line) as Count
      found.set(`${minute} ${status}`, count)
      // each file is of the hour that its name says
      expect(name).toBe(
        `counts-${new Date(Math.floor(Date.parse(minute) / HOUR_MS) * HOUR_MS).toISOString().slice(0, 13)}.ndjson`,
      )
    }
  }
  expect(found).toEqual(expected)
})
