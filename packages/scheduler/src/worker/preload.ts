/**
 * Modules that workers load before any of the user's. What is loaded once TypeScript has been registered goes through a
 * thread of its own, module by module, and takes more than twice as long.
 */

import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'

const KEY = 'millrace.preload'

function urls(): readonly string[] {
  return (getEnvironmentData(KEY) as readonly string[] | undefined) ?? []
}

/** Has workers that are started from now on load a module first. Called by modules of packages, with their own URL. */
export function preloadInWorkers(url: string): void {
  if (/\.m?js$/.test(url) && !urls().includes(url)) setEnvironmentData(KEY, [...urls(), url])
}

/** Loads them. A module that fails is left to whoever needs it. */
export async function preload(): Promise<void> {
  await Promise.allSettled(urls().map((url) => import(url)))
}
