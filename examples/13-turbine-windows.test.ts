/** Goal: the means agree with a plain recomputation, and have the same bytes with 1, 2, 3 and 5 hosts. */

import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { run } from 'millrace'
import { afterEach, beforeEach, expect, test } from 'vitest'
import windows, { type Reading, type TenMinutes, WINDOW_MS, writeReadings } from './13-turbine-windows.ts'

const SERVER = process.env['MILLRACE_NATS'] ?? 'nats://127.0.0.1:4222'
const command = fileURLToPath(new URL('../packages/millrace/bin/millrace.js', import.meta.url))
const module = fileURLToPath(new URL('13-turbine-windows.ts', import.meta.url))

let folder: string
let dir: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turbine-windows-'))
  dir = join(folder, 'readings')
  writeReadings(dir, 3, 1500)
})
afterEach(() => rmSync(folder, { recursive: true }))

async function inline(): Promise<string> {
  const out = join(folder, 'inline')
  await run(windows({ dir, out })).done
  return readFileSync(out, 'utf8')
}

test('the means agree with a plain recomputation', async () => {
  const rows = (await inline())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TenMinutes)
  const sums = new Map<string, { readings: number; sum: number; most: number }>()
  for (const name of readdirSync(dir)) {
    for (const line of readFileSync(join(dir, name), 'utf8').trim().split('\n')) {
      const { turbine, at, kilowatts } = JSON.parse(line) as Reading
      const key = `${at - (at % WINDOW_MS)} ${turbine}`
      const { readings, sum, most } = sums.get(key) ?? { readings: 0, sum: 0, most: 0 }
      sums.set(key, { readings: readings + 1, sum: sum + kilowatts, most: Math.max(most, kilowatts) })
    }
  }
  const found = rows.map(({ start, turbine, readings, mean, most }) => [
    `${start} ${turbine}`,
    { readings, mean, most },
  ])
  expect(found.length).toBeGreaterThan(100)
  const means = [...sums].map(([key, { readings, sum, most }]) => [
    key,
    { readings, mean: sum / readings, most },
  ])
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(means))
})

test.skipIf(!(await hasServer()))('any number of hosts gives the same bytes', async () => {
  const expected = await inline()
  const found = await Promise.all(
    [1, 2, 3, 5].map(async (hosts) => {
      const out = join(folder, String(hosts))
      const params = ['--param', `dir=${dir}`, '--param', `out=${out}`, '-q']
      const where = ['--strategy', 'distributed', '--hosts', String(hosts), '--servers', SERVER]
      await promisify(execFile)(process.execPath, [command, 'run', module, ...params, ...where])
      return readFileSync(out, 'utf8') === expected
    }),
  )
  expect(found).toEqual([true, true, true, true])
})

/** @throws if no server answers although it must. */
async function hasServer(): Promise<boolean> {
  const { hostname, port } = new URL(SERVER)
  const answers = await new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), hostname)
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
  if (!answers && process.env['MILLRACE_SERVICES'] === 'required') {
    throw new Error(`no NATS server answers at ${SERVER}, and MILLRACE_SERVICES is "required"`)
  }
  if (!answers) console.warn(`left out: windows over many hosts; no server answers at ${SERVER}`)
  return answers
}
