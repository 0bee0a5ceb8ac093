// A program with two processes under it, whose numbers it prints. It has no care for signals, but with an argument.
import { run } from '@millrace/core'
import { exec, forEach, fromIterable } from '@millrace/terms'

if (process.argv[2] !== undefined) process.once('SIGTERM', () => setTimeout(() => process.exit(3), 20))
const shell = exec('sh', ['-c', 'sleep 100 & echo $$ $!; wait'])
await run(
  fromIterable([]).pipe(
    shell,
    forEach((line) => console.log(line)),
  ),
).done
