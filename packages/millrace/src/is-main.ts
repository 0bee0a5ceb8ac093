/** `isMain`: the guard of a module that is both a program and imported, by workers above all. */

import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

/**
 * Whether the module of this address is the program that was started: `node job.ts`, `tsx job.ts`, also through a symbolic
 * link, without its extension, or by its folder. False in workers, whether they are threads or processes, where the module
 * is imported, and under `millrace run`, which runs the graph itself. Costs one look-up of a file; never throws.
 *
 * Workers load the module of a graph. If it is a program as well, whatever it does at its top level is done in each worker
 * too; a run that it starts there is refused with a `RunWhileLoadingError`. Put that behind this guard.
 *
 * @param url `import.meta.url`
 * @example
 * ```ts
 * import { graph, isMain, run } from 'millrace'
 * import { fromIterable, map, print } from 'millrace/terms'
 *
 * const job = graph(import.meta.url, () => fromIterable([1, 2, 3]).pipe(map((n) => n ** 3), print()))
 * export default job
 *
 * if (isMain(import.meta.url)) {
 *   await run(job(), { scheduler: { strategy: 'pool', workers: 2 } }).done
 * }
 * ```
 */
export function isMain(url: string): boolean {
  if (!isMainThread || typeof url !== 'string') return false
  const program = process.argv[1]
  // a program that was piped in or given as text has no file
  if (program === undefined || program === '-') return /\/\[(?:eval|stdin)\d*\]$/.test(url)
  if (!url.startsWith('file:') || /[?#]/.test(url)) return false
  return realPath(program) === realPath(fileURLToPath(url))
}

/** What Node makes of a program's name: links followed, extension or index file found. */
function realPath(path: string): string {
  try {
    return createRequire(import.meta.url).resolve(path)
  } catch {
    return path
  }
}
