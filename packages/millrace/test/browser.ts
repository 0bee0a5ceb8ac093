/** A real browser for the tests of the page: Debian's Chromium, driven by playwright-core, which brings none of its own. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Browser } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** Where the browser is. Without one, says in a line that the tests are left out; in CI that is a failure. */
export function browserPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(existsSync)
  if (found !== undefined) return found
  const line = 'no Chromium was found (apt-get install chromium): the tests of the page in a browser'
  if (process.env['MILLRACE_SERVICES'] === 'required') throw new Error(`${line} cannot be run`)
  console.warn(`${line} are left out`)
  return undefined
}

/** Starts the browser. */
export async function openBrowser(executablePath: string): Promise<Browser> {
  const { chromium } = await import('playwright-core')
  // inside a container there is neither a sandbox nor room in /dev/shm
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  })
}
