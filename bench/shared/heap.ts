// The JavaScript heap in use once all garbage is gone. Called by contenders whose memory at rest is a figure.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// A contender's command line is everybody's, so the collector is asked for here.
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

export function heapAtRestBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}
