// `npm run -s bench -- <suite> …`: set-up (heard on stderr only), then the benchmarks' own command line.

import { runNode } from './process.mjs'
import { setup } from './setup.mjs'

process.exitCode =
  (await setup()) || (await runNode(['--import', 'tsx', 'bench/main.ts', ...process.argv.slice(2)])).code
