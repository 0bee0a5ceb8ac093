// `npm run clean`: deletes what the other scripts made, installed packages excepted.

import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './process.mjs'

const made = [
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/dist`),
  'coverage',
  'site',
  'node_modules/.cache',
]
for (const path of made) rmSync(join(root, path), { recursive: true, force: true })
