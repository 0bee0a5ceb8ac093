/** A folder for the files of one test, removed when the test ends. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Makes the folder; call it inside a test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-terms-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
