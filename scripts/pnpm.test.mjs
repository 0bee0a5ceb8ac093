/** Goal: pnpm starts the same whatever npm command set-up was called from, and keeps where packages come from. */

import { expect, test } from 'vitest'
import { environment } from './pnpm.mjs'

test('what the npm call around set-up was told is left out, where packages come from is kept', () => {
  const kept = {
    PATH: '/bin',
    npm_config_registry: 'http://localhost:4873/',
    npm_config_cafile: '/etc/ca.pem',
    npm_config_cache: '/var/cache/npm',
    npm_lifecycle_event: 'test',
  }
  const calls = {
    npm_config_call: 'npm test',
    NPM_CONFIG_CALL: 'npm test',
    npm_config_package: 'node@24',
    npm_config_yes: 'true',
    npm_config_loglevel: 'silent',
    npm_config_workspace: 'packages/core',
    npm_config_prefix: '/opt',
  }
  expect(environment({ ...calls, ...kept })).toEqual(kept)
})
