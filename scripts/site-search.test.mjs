// Goal: the site is built without a complaint, and in a real browser, without a server, its search finds what people
// call things elsewhere, its pages fit a narrow window, and no link of its own leads nowhere.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { browserPath, openBrowser } from '../packages/millrace/test/browser.ts'
import { runNode } from './process.mjs'

const site = mkdtempSync(join(tmpdir(), 'millrace-site-'))
const address = (page) => pathToFileURL(join(site, page)).href
const path = browserPath()
let built
let browser

beforeAll(async () => {
  built = await runNode(['node_modules/typedoc/bin/typedoc', '--out', site], { capture: true })
  if (path !== undefined) browser = await openBrowser(path)
}, 600_000)

afterAll(async () => {
  await browser?.close()
  rmSync(site, { recursive: true, force: true })
})

test('every export is described, and every name in a description is one', () => {
  expect(built.code, built.output).toBe(0)
})

test('every link within the site leads somewhere', () => {
  const pages = readdirSync(site, { recursive: true }).filter((name) => name.endsWith('.html'))
  expect(pages.length).toBeGreaterThan(500)
  const broken = []
  for (const page of pages) {
    for (const [, target] of readFileSync(join(site, page), 'utf8').matchAll(/ href="([^"#?]+)[^"]*"/g)) {
      if (/^\w+:/.test(target)) continue
      const file = fileURLToPath(new URL(target, pathToFileURL(join(site, dirname(page), 'x'))))
      if (!existsSync(file)) broken.push(`${page}: ${target}`)
    }
  }
  expect(broken).toEqual([])
})

test.skipIf(path === undefined).each([
  ['window', 'tumblingWindow'],
  ['debounceTime', 'debounce'],
  ['mergeMap', 'mapAsync'],
  ['bufferCount', 'batch'],
  ['groupBy', 'keyedReduce'],
  ['join', 'hashJoin'],
  ['distinct', 'distinctUntilChanged'],
  ['csv', 'csv'],
  ['rate limit', 'rateLimit'],
  ['retry', 'retrySource'],
  ['checkpoint', 'Checkpoints'],
  ['TERM_FAILED', 'TERM_FAILED'],
])('who looks for "%s" finds %s among the first five', async (words, wanted) => {
  const page = await browser.newPage()
  await page.goto(address('index.html'))
  await page.locator('#tsd-search-trigger').click()
  await page.locator('#tsd-search-input').fill(words)
  const results = page.locator('#tsd-search-results li')
  const found = async () => (await results.allInnerTexts()).slice(0, 5).map(nameOf)
  await expect.poll(found, { timeout: 60_000 }).toContain(wanted)
  await page.close()
})

const nameOf = (text) =>
  text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .split(/[. ](?=\S+$)/)
    .at(-1)

test
  .skipIf(path === undefined)
  .each([
    'index.html',
    'documents/Guide.html',
    'documents/Catalogue_of_terms.html',
    'functions/millrace_terms.tumblingWindow.html',
  ])('%s fits a window of 390 pixels', async (name) => {
  const page = await browser.newPage({ viewport: { width: 390, height: 800 } })
  await page.goto(address(name))
  const [whole, seen] = await page.evaluate(() => [document.body.scrollWidth, window.innerWidth])
  expect(whole).toBeLessThanOrEqual(seen)
  await page.close()
})
