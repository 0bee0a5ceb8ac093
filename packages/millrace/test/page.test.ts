/** Goal: in a real browser the page shows what a run is at, cannot be turned against it, and keeps no process alive. Runs the build. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { browserPath, openBrowser } from './browser.ts'
import { fixture, type Started, startMillrace } from './millrace-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const path = browserPath()
let browser: Browser

beforeAll(async () => {
  if (path !== undefined) browser = await openBrowser(path)
})

afterAll(() => browser?.close())

interface Watched extends Started {
  readonly page: Page
  /** Every address that the page asked for. */
  readonly requests: readonly string[]
  readonly origin: string
}

/** Runs a fixture with its page, and opens that. */
async function watch(
  name: string,
  args: readonly string[] = [],
  viewport = { width: 1200, height: 900 },
): Promise<Watched> {
  const started = startMillrace(['run', fixture(name), '--ui', ...args])
  onTestFinished(() => void started.child.kill('SIGKILL'))
  const address = await started.pageAddress()
  const context = await browser.newContext({ viewport })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(address)
  await page.waitForSelector('main[data-ready]')
  return { ...started, page, requests, origin: new URL(address).origin }
}

/** Waits for it; no function is sent to the page, whose content policy refuses those. */
const saysState = (page: Page, word: string): Promise<void> =>
  page.locator('#run-state', { hasText: word }).waitFor()

const stateOf = (page: Page, term: string): Promise<string | null> =>
  page.locator(`[data-node="${term}"]`).getAttribute('data-state')

describe.skipIf(path === undefined)('the page in a browser', () => {
  test('a term that computes is busy, what feeds it is back-pressured, what follows is idle', async () => {
    const { page, requests, origin } = await watch('watched.ts', ['--strategy', 'pool', '--workers', '1'])
    await page.waitForSelector('[data-node="B"][data-state="busy"]')
    await page.waitForSelector('[data-node="A"][data-state="backpressured"]')
    const fill = page.locator('[data-edge="A to B"]')
    await expect
      .poll(async () => Number(await fill.getAttribute('data-fill')), { timeout: 110_000 })
      .toBeGreaterThanOrEqual(0.9)
    expect(await stateOf(page, 'C')).toBe('idle')
    // the state is told by a word, not by its colour alone
    expect(await page.locator('[data-node="A"]').textContent()).toContain('back-pressured')
    expect(page.url()).toBe(`${origin}/`)
    expect(requests.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:'))).toEqual([])
  })

  test('a term that waits for a promise is waiting', async () => {
    const { page } = await watch('watched.ts', ['-p', 'b=waits'])
    await page.waitForSelector('[data-node="B"][data-state="waiting"]')
    await page.waitForSelector('[data-node="A"][data-state="backpressured"]')
    expect(await stateOf(page, 'C')).toBe('idle')
  })

  test('the first picture takes a single answer', async () => {
    const started = startMillrace(['run', fixture('watched.ts'), '--ui'])
    onTestFinished(() => void started.child.kill('SIGKILL'))
    const page = await browser.newPage()
    onTestFinished(() => page.close())
    let refused = 0
    await page.route('**/events*', (route) => {
      refused++
      return route.abort()
    })
    await page.goto(await started.pageAddress())
    await page.waitForSelector('main[data-ready]')
    expect(await page.locator('[data-node]').count()).toBe(3)
    await expect.poll(() => refused, { timeout: 110_000 }).toBeGreaterThan(0)
  })

  test('what users have named, given and thrown stays text', async () => {
    const { page, finished } = await watch('hostile.ts', ['--ui-hold'])
    const letters = page.locator('[data-letters]')
    await letters.locator('summary').click()
    expect(await letters.textContent()).toContain('<script>window.wasRun = true</script>')
    expect(await letters.locator('pre').textContent()).toContain('onerror="window.wasRun = true"')
    expect(await page.locator('tbody').textContent()).toContain('<script>')
    expect(await page.evaluate(`'wasRun' in window`)).toBe(false)
    expect(await page.locator('#page img, #page script').count()).toBe(0)
    void finished
  })

  test('the process ends by itself, and the page says so', async () => {
    const until = join(temporaryFolder(), 'over')
    const { page, finished } = await watch('watched.ts', ['-p', `until=${until}`])
    writeFileSync(until, '')
    expect((await finished).code).toBe(0)
    await saysState(page, 'completed')
    expect(await page.locator('.controls').count()).toBe(0)
  })

  test('under --watch it goes on with the next run, refused or not', async () => {
    const folder = temporaryFolder({ 'package.json': '{ "type": "module" }' })
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(fixture('../..'), join(folder, 'node_modules', 'millrace'))
    const write = (name: string): void =>
      writeFileSync(
        join(folder, 'g.mjs'),
        `import { graph } from 'millrace'
import { collect, fromIterable } from 'millrace/terms'
export default graph(import.meta.url, () => fromIterable([1]).pipe(collect().named('${name}')))
`,
      )
    write('first')
    const started = startMillrace(['run', join(folder, 'g.mjs'), '--watch', '--ui'])
    onTestFinished(() => void started.child.kill('SIGKILL'))
    const page = await browser.newPage()
    onTestFinished(() => page.close())
    page.setDefaultTimeout(60_000)
    // a server whose run has not begun says so
    let refused = 0
    await page.route('**/events*', (route) =>
      refused++ === 0 ? route.fulfill({ status: 503, body: 'Nothing runs yet.' }) : route.continue(),
    )
    await page.goto(await started.pageAddress())
    await page.waitForSelector('[data-node="first"]')
    await saysState(page, 'completed')
    await expect.poll(() => refused, { timeout: 110_000 }).toBeGreaterThan(1)
    write('second')
    await page.waitForSelector('[data-node="second"]')
    await saysState(page, 'completed')
    started.child.kill('SIGINT')
    expect((await started.finished).code).toBe(0)
  })

  test('held, it stays when the run has ended, until Ctrl-C', async () => {
    const { page, child, finished } = await watch('hostile.ts', ['--ui-hold'])
    await saysState(page, 'completed')
    await page.reload()
    await saysState(page, 'completed')
    child.kill('SIGINT')
    expect((await finished).code).toBe(0)
  })

  test('it pauses, goes on, and stops', async () => {
    const { page, finished } = await watch('watched.ts', ['-p', 'b=waits', '-p', 'count=1000000'])
    await page.getByRole('button', { name: 'Pause' }).click()
    await saysState(page, 'paused')
    await page.getByRole('button', { name: 'Resume' }).click()
    await saysState(page, 'running')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await saysState(page, 'cancelled')
    expect((await finished).code).toBe(1)
  })

  test('a page that may only look has nothing to steer with', async () => {
    const { page } = await watch('watched.ts', ['--ui-read-only'])
    expect(await page.locator('.controls').count()).toBe(0)
  })

  test('a term is opened and closed by keys alone', async () => {
    const { page } = await watch('watched.ts')
    const term = page.getByRole('button', { name: /^B: / })
    await term.focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('aside[aria-label="Term B"]')
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('B')
    await page.keyboard.press('Escape')
    await page.waitForSelector('aside', { state: 'detached' })
    expect(await page.locator('[role="status"]').count()).toBe(1)
  })

  test('a tap is begun and ended from the page', async () => {
    const { page } = await watch('watched.ts', ['-p', 'b=waits', '-p', 'count=1000000'])
    await page.getByRole('button', { name: /^B: / }).press('Enter')
    await page.getByLabel('Items shown in half a second at most').fill('3')
    await page.getByRole('button', { name: 'Show items' }).press('Enter')
    const items = page.locator('[data-tap="B"] li')
    await items.nth(5).waitFor()
    const [first, second] = (await items.allTextContents()).map(Number) as [number, number]
    expect(first).toBeGreaterThan(second)
    await page.getByRole('button', { name: 'Stop showing items of B' }).click()
    await page.getByRole('button', { name: 'Show items' }).waitFor()
    // what another page has begun is known to one that comes later
    await page.getByRole('button', { name: 'Show items' }).click()
    await page.reload()
    await page.getByRole('button', { name: 'Stop showing items of B' }).waitFor()
    // the last term gives nothing: what enters it is shown
    await page.getByRole('button', { name: /^C: / }).press('Enter')
    await page.getByRole('button', { name: 'Show items', exact: true }).click()
    await page.locator('[data-tap="C"] li').first().waitFor()
  })

  test('what cannot be looked at is said, and a page that may only look begins no tap', async () => {
    const hidden = await watch('watched.ts', ['--strategy', 'dedicated'])
    await saysState(hidden.page, 'running')
    await hidden.page.getByRole('button', { name: /^B: / }).press('Enter')
    await hidden.page.getByRole('button', { name: 'Show items' }).click()
    await hidden.page.getByRole('alert').filter({ hasText: 'Start the run with a tap' }).waitFor()
    const { page } = await watch('watched.ts', ['--ui-read-only'])
    await page.getByRole('button', { name: /^B: / }).press('Enter')
    await page.waitForSelector('aside[aria-label="Term B"]')
    expect(await page.locator('.tap-form').count()).toBe(0)
  })

  test('a group of dead letters runs again from the page, once the module is mended', async () => {
    const folder = temporaryFolder({ mended: '0' })
    const letters = ['--dead-letters', join(folder, 'bad.ndjson'), '-p', `file=${join(folder, 'mended')}`]
    const { page } = await watch('three-errors.ts', ['--ui-hold', ...letters])
    const group = page.locator('[data-letters="500"]', { hasText: 'E_QUOTA' })
    await group.locator('summary').click()
    writeFileSync(join(folder, 'mended'), '2')
    await group.getByRole('button', { name: 'Replay group' }).click()
    await group.getByRole('status').filter({ hasText: 'completed in' }).waitFor()
    expect(await group.getByRole('status').textContent()).toMatch(/: 500 in, 500 out, /)
  })

  test('what the terms draw is shown as it grows', async () => {
    const { page } = await watch('plotted.ts')
    const plot = page.locator('[data-plot="weather"]')
    await plot.scrollIntoViewIfNeeded()
    await plot.locator('canvas').waitFor()
    expect(await plot.locator('h2').textContent()).toBe('Temperatures')
    const label = () => plot.getByRole('img').getAttribute('aria-label')
    await expect
      .poll(label, { timeout: 110_000 })
      .toMatch(/^Temperatures: inside (19|2\d)[.\d]*, outside -\d[.\d]*$/)
    const before = await label()
    await expect.poll(label, { timeout: 110_000 }).not.toBe(before)
  })

  test('it is dark where the system is, and does not move where motion is unwanted', async () => {
    const { page } = await watch('watched.ts')
    const fill = page.locator('.edge .fill').first()
    await fill.waitFor()
    const styles = async (): Promise<unknown[]> => [
      await page.evaluate('getComputedStyle(document.body).backgroundColor'),
      await page.evaluate("getComputedStyle(document.querySelector('.edge .fill')).transitionDuration"),
    ]
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' })
    const [light, moving] = await styles()
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    const [dark, still] = await styles()
    expect([moving, still]).toEqual(['0.25s', '0s'])
    const brightness = (colour: unknown): number => Math.max(...String(colour).match(/\d+/g)!.map(Number))
    expect([brightness(light) > 200, brightness(dark) < 60]).toEqual([true, true])
  })

  test('320 pixels are wide enough', async () => {
    const { page } = await watch('watched.ts', [], { width: 320, height: 640 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
  })

  test('320 pixels are wide enough for a graph that branches: nothing of it is to be scrolled sideways', async () => {
    const { page } = await watch('showcase.ts', [], { width: 320, height: 640 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    const canvas = "document.querySelector('.canvas')"
    expect(await page.evaluate(`${canvas}.scrollWidth - ${canvas}.clientWidth`)).toBe(0)
    const marks = await page.locator('[data-node] .body, .edge .pill').all()
    const boxes = await Promise.all(marks.map((mark) => mark.boundingBox()))
    expect(boxes.length).toBeGreaterThan(8)
    expect(boxes.filter((box) => box === null || box.x < 0 || box.x + box.width > 320)).toEqual([])
    // one below the other, and nothing on anything else
    const places = boxes.flatMap((box) => box ?? []).sort((a, b) => a.y - b.y)
    expect(places.filter(({ y }, at) => at > 0 && y < (places[at - 1]?.y ?? 0) + 10)).toEqual([])
    await page.getByRole('button', { name: /^lookup: / }).press('Enter')
    await page.waitForSelector('aside[aria-label="Term lookup"]')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
  })

  test('10,000 terms are folded, and can be opened', async () => {
    const { page } = await watch('ten-thousand.ts')
    const boxes = page.locator('[data-node]')
    expect(await boxes.count()).toBeLessThanOrEqual(60)
    expect(await page.locator('svg[aria-label="Graph of 10,003 terms"]').count()).toBe(1)
    await page
      .getByRole('button', { name: /group of/ })
      .first()
      .focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('nav[aria-label="Opened groups"]')
    expect(await boxes.count()).toBeLessThanOrEqual(60)
  })
})
