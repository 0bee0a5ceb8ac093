// Writes a file, which is its argument, and does not come to its end.
import { run } from '@millrace/core'
import { fromAsyncIterable, writeLines } from '@millrace/terms'

async function* endless() {
  yield 'first'
  console.log('writes')
  setInterval(() => {}, 1000)
  await new Promise(() => {})
}
await run(fromAsyncIterable(endless).pipe(writeLines(process.argv[2]))).done
