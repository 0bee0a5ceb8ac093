// Finds the browser of this machine, and starts it. Called by suite.ts and page.ts.

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Browser } from 'playwright-core'

export function chromiumPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders
    .flatMap((folder) => ['chromium', 'google-chrome'].map((name) => join(folder, name)))
    .find(existsSync)
}

/** @throws Error if there is none. */
export async function openChromium(): Promise<Browser> {
  const executablePath = chromiumPath()
  if (executablePath === undefined) throw new Error('no Chromium was found')
  const { chromium } = await import('playwright-core')
  // inside a container there is neither a sandbox nor room in /dev/shm
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  })
}
