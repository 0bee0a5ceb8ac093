// `npm start`: set-up, then the demonstration. Arguments are handed on: `npm start -- --workers 1`.

import { runNode } from './process.mjs'
import { setup } from './setup.mjs'

const command = ['packages/millrace/dist/cli.js', 'run', 'examples/10-near-duplicates.ts']

process.exitCode = (await setup()) || (await runNode([...command, ...process.argv.slice(2)])).code
