import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`packages/${path}`, import.meta.url))

// Tests run on the sources. Worker threads do not: they load the build, which set-up keeps fresh.
const alias = Object.entries({
  '@millrace/cluster': 'cluster/src/index.ts',
  '@millrace/connect/http': 'connect/src/http/index.ts',
  '@millrace/connect/mqtt': 'connect/src/mqtt/index.ts',
  '@millrace/connect/mysql': 'connect/src/mysql/index.ts',
  '@millrace/connect/nats': 'connect/src/nats/index.ts',
  '@millrace/connect/postgres': 'connect/src/postgres/index.ts',
  '@millrace/connect/rabbitmq': 'connect/src/rabbitmq/index.ts',
  '@millrace/connect/redis': 'connect/src/redis/index.ts',
  '@millrace/core': 'core/src/index.ts',
  '@millrace/core/engine': 'core/src/engine/index.ts',
  '@millrace/core/files': 'core/src/files/index.ts',
  '@millrace/core/http': 'core/src/http/index.ts',
  '@millrace/core/testing': 'core/src/testing/index.ts',
  '@millrace/scheduler': 'scheduler/src/index.ts',
  '@millrace/scheduler/testing': 'scheduler/src/testing/index.ts',
  '@millrace/scheduler/typescript': 'scheduler/src/typescript/register.ts',
  '@millrace/terms': 'terms/src/index.ts',
  '@millrace/terms/rx': 'terms/src/rx/index.ts',
  '@millrace/ui': 'ui/src/index.ts',
  millrace: 'millrace/src/index.ts',
  'millrace/bench': 'millrace/src/bench.ts',
  'millrace/connect/http': 'millrace/src/connect/http.ts',
  'millrace/connect/mqtt': 'millrace/src/connect/mqtt.ts',
  'millrace/connect/mysql': 'millrace/src/connect/mysql.ts',
  'millrace/connect/nats': 'millrace/src/connect/nats.ts',
  'millrace/connect/postgres': 'millrace/src/connect/postgres.ts',
  'millrace/connect/rabbitmq': 'millrace/src/connect/rabbitmq.ts',
  'millrace/connect/redis': 'millrace/src/connect/redis.ts',
  'millrace/otel': 'millrace/src/otel.ts',
  'millrace/rx': 'millrace/src/rx.ts',
  'millrace/terms': 'millrace/src/terms.ts',
  'millrace/testing': 'millrace/src/testing.ts',
}).map(([name, path]) => ({ find: new RegExp(`^${name}$`), replacement: source(path) }))

export default defineConfig({
  resolve: { alias },
  test: {
    include: [
      'packages/*/{src,test}/**/*.test.ts',
      'examples/**/*.test.ts',
      'bench/**/*.test.ts',
      'scripts/*.test.mjs',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    setupFiles: ['scripts/test-setup.mjs'],
    pool: 'forks',
    // most files wait for processes and workers that they have started: two at a time keep two cores busy
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // what is waited for comes soon; a busy machine takes its time
    expect: { poll: { timeout: 60_000 } },
  },
})
