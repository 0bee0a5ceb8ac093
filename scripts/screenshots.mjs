// Makes the pictures of the docs from the built page, with Chromium: `node scripts/screenshots.mjs [name …]`. Run it when
// the page has changed, and look at what it has made.

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { root } from './process.mjs'

const images = join(root, 'docs/images')
const cli = join(root, 'packages/millrace/bin/millrace.js')
const fixture = (name) => join('packages/millrace/test/fixtures', name)
const temp = mkdtempSync(join(tmpdir(), 'millrace-screenshots-'))

const pool = ['--strategy', 'pool', '--workers', '2']
const pictures = {
  live: { args: [fixture('showcase.ts'), ...pool], seconds: 12, select: 'lookup' },
  dark: { args: [fixture('showcase.ts'), ...pool], seconds: 8, dark: true },
  narrow: { args: [fixture('showcase.ts'), ...pool], seconds: 6, width: 320, height: 1500 },
  stalled: { args: [fixture('stalls.ts')], seconds: 4 },
  large: { args: [fixture('ten-thousand.ts')], seconds: 4, height: 560 },
  report: { report: [fixture('showcase.ts'), '-p', 'count=4000', ...pool] },
  graph: { graph: fixture('showcase.ts') },
}

const names = process.argv.slice(2)
mkdirSync(images, { recursive: true })
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  for (const [name, picture] of Object.entries(pictures)) {
    if (names.length === 0 || names.includes(name)) await take(name, picture)
  }
} finally {
  await browser.close()
  rmSync(temp, { recursive: true, force: true })
}

async function take(name, picture) {
  const { width = 1280, height = 860, dark = false } = picture
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce', // no fill is shown half way
  })
  const page = await context.newPage()
  if (picture.graph !== undefined) await showGraph(page, picture.graph)
  else if (picture.report !== undefined) await showReport(page, picture.report)
  else await showRun(page, picture)
  const path = join(images, `${name}.png`)
  const fullPage = picture.graph === undefined
  const target = fullPage ? page : page.locator('img')
  await target.screenshot({ path, ...(fullPage ? { clip: { x: 0, y: 0, width, height } } : {}) })
  await context.close()
  await picture.child?.end
  console.log(`${name}.png ${Math.round(statSync(path).size / 1024)} KB`)
}

async function showRun(page, picture) {
  const child = spawn(process.execPath, [cli, 'run', ...picture.args, '--ui'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  const address = await new Promise((resolve, reject) => {
    let text = ''
    child.stderr.on('data', (part) => {
      text += part
      const [found] = /http:\S+/.exec(text) ?? []
      if (found !== undefined) resolve(found)
    })
    child.on('exit', () => reject(new Error(text)))
  })
  await page.goto(address)
  await page.waitForSelector('main[data-ready]')
  await page.waitForTimeout(picture.seconds * 1000)
  if (picture.select !== undefined) await page.locator(`[data-node="${picture.select}"]`).click()
  await page.waitForTimeout(700)
  picture.child = {
    get end() {
      child.kill('SIGKILL')
      return ended
    },
  }
}

async function showReport(page, args) {
  const file = join(temp, 'report.html')
  await run(['run', ...args, '--report', file])
  await page.goto(pathToFileURL(file).href)
  await page.waitForSelector('main[data-ready]')
}

async function showGraph(page, module) {
  const svg = await run(['graph', module, '--format', 'svg'])
  writeFileSync(join(temp, 'graph.svg'), svg)
  const html = `<body style="margin:20px"><img src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`
  await page.setContent(html)
}

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, error] = ['', '']
    child.stdout.on('data', (part) => (out += part))
    child.stderr.on('data', (part) => (error += part))
    child.on('exit', (code) => (code === 0 ? resolve(out) : reject(new Error(error))))
  })
}
