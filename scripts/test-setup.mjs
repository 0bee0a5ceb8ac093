// Runs ahead of each file of tests: its programs see none of the other programs on this machine, and so have all workers that
// they would have alone. Named in vitest.config.ts.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'millrace-test-'))
process.env.XDG_RUNTIME_DIR = folder
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
