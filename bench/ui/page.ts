// The page of a run, in a real browser: what it takes of the run's process, and of the browser's.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import type { Figures, Measurable, Prepare } from '../harness/contracts.ts'
import { openChromium } from './chromium.ts'
import { startCommand } from './command.ts'
import { followTap } from './follow-tap.ts'

/** Modules are run as they are written: from the package, not from the copy that this file is run from. */
const here = /\/node_modules\/.*$/
const moduleOf = (path: string): string =>
  fileURLToPath(new URL(path, new URL(import.meta.url.replace(here, '/'), 'file:///')))

/** A page that has nothing to do with the run, and draws as often: what a browser on the same processors costs by itself. */
const anotherPage = `<canvas width="600" height="300"></canvas>
<script>
  const pen = document.querySelector('canvas').getContext('2d')
  setInterval(() => {
    pen.clearRect(0, 0, 600, 300)
    for (let line = 0; line < 200; line++) pen.strokeRect(line, line % 300, 20, 20)
  }, 500)
</script>`

/** In the page: keeps when the run was shown, in ms since the epoch. */
const noteReady = `
  new MutationObserver((_, observer) => {
    if (document.querySelector('main[data-ready]') === null) return
    window.shownAt = performance.timeOrigin + performance.now()
    observer.disconnect()
  }).observe(document, { subtree: true, childList: true, attributes: true })`
/** In the page: when it stood on the screen. The first paint comes after what was shown by then. */
const whenPainted = `Math.max(
  window.shownAt,
  performance.timeOrigin + (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN),
)`

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
/** How long a page is looked at. */
const LOOK_MS = 10_000

const workloads: Readonly<Record<string, (items: number, browser: Browser) => Promise<Figures>>> = {
  mainJob: async (pairs, browser) => {
    const job = moduleOf('../examples/10-near-duplicates.ts')
    const args = [
      job,
      '-p',
      `out=${join(tmpdir(), `millrace-bench-${process.pid}.ndjson`)}`,
      '--strategy',
      'inline',
    ]
    const without = async (): Promise<number> => startCommand(args).cpuMs
    const watched = async (): Promise<number> => {
      const { address, cpuMs } = startCommand([...args, '--ui'])
      const page = await browser.newPage()
      await page.goto(await address)
      const spent = await cpuMs
      await page.close()
      return spent
    }
    const besideAnother = async (): Promise<number> => {
      const { cpuMs } = startCommand(args)
      const page = await browser.newPage()
      await page.setContent(anotherPage)
      const spent = await cpuMs
      await page.close()
      return spent
    }
    await without() // the files are read once
    const spent = { without: [] as number[], watched: [] as number[], besideAnother: [] as number[] }
    const legs = [
      ['without', without],
      ['watched', watched],
      ['besideAnother', besideAnother],
    ] as const
    for (let round = 0; round < pairs; round++) {
      // what changes from one minute to the next hits all
      for (const [name, leg] of round % 2 === 0 ? legs : [...legs].reverse()) spent[name].push(await leg())
    }
    const over = (one: readonly number[], other: readonly number[]): number =>
      median(one.map((ms, round) => ms / (other[round] as number)))
    const throughput = over(spent.without, spent.watched)
    const vsOtherPage = over(spent.besideAnother, spent.watched)
    return { throughput, vsOtherPage, costShare: 1 / throughput - 1 }
  },

  small: async (_, browser) => {
    const busy = await showing('busy', browser)
    const waiting = await showing('waiting', browser)
    const worse = (figure: 'readyMs' | 'statesMs'): number => Math.max(busy[figure], waiting[figure])
    return { readyMs: worse('readyMs'), statesMs: worse('statesMs'), costShare: 0 }
  },

  tenThousand: async (items, browser) => {
    const command = startCommand([moduleOf('ui/ten-thousand-graph.ts'), '-p', `count=${items}`, '--ui'])
    const address = await command.address
    await pause(3000)
    const alone = await shareOf(command.cpuMsNow)
    const page = await browser.newPage()
    const begun = performance.now()
    await page.goto(address)
    await page.waitForSelector('main[data-ready]')
    const readyMs = performance.now() - begun
    const firstPaintMs = Number(
      await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"),
    )
    const session = await page.context().newCDPSession(page)
    await session.send('Performance.enable')
    // of all threads of the renderer's process
    const cpuMs = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics')
      return 1000 * (metrics.find(({ name }) => name === 'ProcessTime')?.value ?? Number.NaN)
    }
    await pause(2000)
    const [before, began] = [await cpuMs(), performance.now()]
    const open = await shareOf(command.cpuMsNow)
    const pageShare = ((await cpuMs()) - before) / (performance.now() - began)
    command.child.kill('SIGKILL')
    await page.close()
    const nodeShare = Math.max(0, open - alone)
    return { firstPaintMs, readyMs, nodeShare, pageShare, costShare: nodeShare + pageShare }
  },

  tap: async (items) => {
    const command = startCommand([moduleOf('ui/fast-graph.ts'), '-p', `count=${items}`, '--ui'])
    const { mostShown, itemsPerSecond } = await followTap(await command.address, 'square')
    await command.cpuMs
    return { mostShown, itemsPerSecond, costShare: 0 }
  },
}

/** How soon after its address the page is ready, and how soon then it shows which of three terms holds the others back. */
async function showing(
  state: 'busy' | 'waiting',
  browser: Browser,
): Promise<{ readonly readyMs: number; readonly statesMs: number }> {
  const args = ['-p', `b=${state}`, '--strategy', 'pool', '--workers', '1', '--ui']
  const command = startCommand([moduleOf('ui/three-graph.ts'), ...args])
  const page = await browser.newPage()
  await page.addInitScript(noteReady)
  const address = await command.address
  const printed = performance.timeOrigin + performance.now()
  await page.goto(address)
  await page.waitForSelector('main[data-ready]')
  // by the page's clock: how often the driver looks is no matter of the page
  const readyMs = Number(await page.evaluate(whenPainted)) - printed
  const ready = performance.now()
  await page.waitForSelector(`[data-node="B"][data-state="${state}"]`)
  await page.waitForSelector('[data-node="A"][data-state="backpressured"]')
  await page.waitForSelector('[data-node="C"][data-state="idle"]')
  const fill = page.locator('[data-edge="A to B"]')
  while (Number(await fill.getAttribute('data-fill')) < 0.9) await pause(20)
  const shown = performance.now()
  command.child.kill('SIGKILL')
  await page.close()
  return { readyMs, statesMs: shown - ready }
}

export const prepare: Prepare = async (workload, items): Promise<Measurable> => {
  const measure = workloads[workload]
  if (measure === undefined) throw new Error(`no workload ${workload}`)
  const browser = await openChromium()
  return { measure: () => measure(items, browser), close: () => browser.close() }
}

/** The share of a core that a process takes. */
async function shareOf(cpuMs: () => number): Promise<number> {
  const [before, began] = [cpuMs(), performance.now()]
  await pause(LOOK_MS)
  return (cpuMs() - before) / (performance.now() - began)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2
}
