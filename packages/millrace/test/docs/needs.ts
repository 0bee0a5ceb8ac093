/**
 * What an example needs beside Node: the words `needs=redis` behind its fence. Called by `docs.test.ts`.
 *
 * The examples for PostgreSQL find its server through the environment, as its clients do; the others name the usual address.
 */

import { answers, services } from '../../../connect/test/service.ts'
import type { Block } from './blocks.ts'

/** What a block needs. */
export function neededBy({ words }: Pick<Block, 'words'>): string[] {
  return words.filter((word) => word.startsWith('needs=')).map((word) => word.slice('needs='.length))
}

/** Whether it is there, by name; each says aloud if it is not. */
const CHECKS: Readonly<Record<string, () => Promise<boolean>>> = Object.fromEntries(
  Object.entries(services).map(([name, service]) => [name, () => answers(service)]),
)

/** Which of these are there. @throws {Error} for one of which nobody knows how to look for it. */
export async function whichAreThere(needs: readonly string[]): Promise<Set<string>> {
  const there = new Set<string>()
  for (const need of new Set(needs)) {
    const check = CHECKS[need]
    if (check === undefined)
      throw new Error(`needs=${need}: say in ${import.meta.filename} how to look for it`)
    if (await check()) there.add(need)
  }
  if (there.has('postgres')) {
    const { host, port } = services.postgres
    const user = process.env['MILLRACE_POSTGRES_USER'] ?? 'postgres'
    Object.assign(process.env, { PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: 'test' })
  }
  return there
}
