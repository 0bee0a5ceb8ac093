/** Goal: what a run says and leaves behind is whole: its log, its trace, its report, its recording. Runs the build. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Recording } from '@millrace/ui'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { browserPath, openBrowser } from './browser.ts'
import { fixture, millrace, startMillrace } from './millrace-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const path = browserPath()
let browser: Browser

beforeAll(async () => {
  if (path !== undefined) browser = await openBrowser(path)
})

afterAll(() => browser?.close())

const pino = {
  level: expect.any(Number),
  time: expect.any(Number),
  pid: expect.any(Number),
  hostname: expect.any(String),
  msg: expect.any(String),
}

async function logOf(args: readonly string[]): Promise<Record<string, unknown>[]> {
  const { stderr } = await millrace(['run', ...args, '--log', 'json'])
  expect(stderr.endsWith('\n')).toBe(true)
  const lines = stderr.trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** What the page of the text holds. */
function recordingIn(html: string): Recording {
  const [, json] = /<script type="application\/json" id="recording">(.*?)<\/script>/s.exec(html) ?? []
  return JSON.parse(json as string) as Recording
}

test('--log json: a line for each event, with the fields of pino', async () => {
  expect(await logOf([fixture('numbers.ts')])).toEqual([
    { ...pino, level: 30, event: 'start', module: fixture('numbers.ts'), msg: 'started' },
    { ...pino, level: 30, event: 'end', outcome: 'completed', items: expect.any(Object) },
  ])
  expect(await logOf([fixture('uneven.ts')])).toMatchObject([
    { event: 'start' },
    { ...pino, level: 40, event: 'loss', figure: 'unmatched', items: 2 },
    { event: 'end' },
  ])
  const failed = await logOf([fixture('failing.ts')])
  expect(failed).toMatchObject([
    { event: 'start' },
    { ...pino, level: 50, event: 'end', outcome: 'failed', code: 'TERM_FAILED' },
  ])
  // what takes two lines on a terminal is one event
  expect(failed[1]?.['msg']).toMatch(/no such order.*\n {2}at .*failing\.ts:\d+$/)
})

test.each([
  [['SIGINT'] as const, 0],
  [['SIGINT', 'SIGINT'] as const, 130],
])('--trace: the file is whole after %j', async (signals, code) => {
  const file = join(temporaryFolder(), 't.json')
  const hold = signals.length === 1 ? [] : ['-p', 'hold=yes']
  const started = startMillrace(['run', fixture('ticks.ts'), '--trace', file, ...hold])
  onTestFinished(() => void started.child.kill('SIGKILL'))
  await started.printed(signals.length === 1 ? '5\n' : 'holding')
  for (const [at, signal] of signals.entries()) {
    started.child.kill(signal)
    if (at === 0) await started.printed('draining')
  }
  expect((await started.finished).code).toBe(code)
  const events = JSON.parse(readFileSync(file, 'utf8')) as { readonly ph: string; readonly name: string }[]
  expect(events.filter(({ ph }) => ph === 'X').map(({ name }) => name)).toContain(
    code === 0 ? 'Ticks+print+forEach' : 'Ticks+print+Hold+forEach',
  )
})

test('--report: one file, with the figures of the run and its taps, that asks for nothing', async () => {
  const folder = temporaryFolder()
  const [report, summary] = [join(folder, 'r.html'), join(folder, 's.json')]
  const args = ['run', fixture('three-errors.ts'), '--report', report, '--summary', summary, '--tap', 'parse']
  expect((await millrace(args)).code).toBe(0)
  const html = readFileSync(report, 'utf8')
  const { head, frames, letters, taps } = recordingIn(html)
  const told = JSON.parse(readFileSync(summary, 'utf8'))
  expect(head).toMatchObject({ title: fixture('three-errors.ts'), isLive: false, mayControl: false })
  expect(frames.at(-1)?.state).toBe('completed')
  expect(frames.at(-1)?.stats.items).toEqual(told.items)
  expect(letters.map(({ count, code }) => [count, code])).toEqual([
    [1000, 'SyntaxError'],
    [500, 'E_QUOTA'],
    [500, 'RangeError'],
  ])
  expect(taps.map(({ term, items }) => [term, items.length > 0])).toEqual([['parse', true]])
  // its policy lets it reach nothing, and nothing in it would
  expect(html).toContain("default-src 'none'")
  expect(html).not.toMatch(/(?:src|href)="(?!data:)/)
})

test('view: shows the last run of a recording until Ctrl-C; what is no recording is refused', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 't.jsonl')
  for (const count of [3, 5])
    await millrace(['run', fixture('numbers.ts'), '-p', `count=${count}`, '--telemetry', file])
  const started = startMillrace(['view', file])
  onTestFinished(() => void started.child.kill('SIGKILL'))
  await started.printed('Ctrl-C ends it')
  const address = await started.pageAddress()
  const { head, frames } = recordingIn(await (await fetch(address)).text())
  expect(head).toMatchObject({ title: file, isLive: false, mayControl: false })
  expect(frames.map(({ state, stats }) => [state, stats.items.in])).toEqual([['completed', 5]])
  started.child.kill('SIGINT')
  expect((await started.finished).code).toBe(0)
  writeFileSync(file, '{"time":"now"}\n')
  expect(await millrace(['view', file])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`${file}:1: it is no line of millrace run --telemetry`),
  })
})

describe.skipIf(path === undefined)('in a browser', () => {
  test('the report opens without a network, and its slider goes back', async () => {
    const report = join(temporaryFolder(), 'r.html')
    await millrace(['run', fixture('watched.ts'), '-p', 'b=waits', '-p', 'count=200', '--report', report])
    const context = await browser.newContext({ offline: true })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    await page.goto(pathToFileURL(report).href)
    await page.waitForSelector('main[data-ready]')
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([pathToFileURL(report).href])
    expect(await page.locator('#run-state').textContent()).toContain('completed')
    const row = page.locator('tbody tr', { hasText: 'C' })
    expect(await row.locator('td').nth(1).textContent()).toBe('200')
    await page.getByLabel('Moment of the run').fill('0')
    await expect.poll(async () => Number(await row.locator('td').nth(1).textContent())).toBeLessThan(200)
    expect(await page.locator('.controls').count()).toBe(0)
  })
})
