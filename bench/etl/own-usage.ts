// Has a program report its processor time and peak memory on file descriptor 3 when it ends. Imported by every program
// of the suite, for that effect alone.

import { readFileSync, writeSync } from 'node:fs'
import { ownPeakRssBytes } from '../harness/process-usage.ts'

/** What a program reports. */
export type OwnUsage = {
  /** Of all threads, those that have ended included; user and system. */
  readonly cpuMs: number
  /** Of the main thread; 0 where the operating system does not tell. */
  readonly callerMs: number
  readonly programPeakMb: number
}

/** A tick of `/proc`, in ms: `sysconf(_SC_CLK_TCK)` is 100 on every Linux that Node runs on. */
const tickMs = 10

process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  const usage: OwnUsage = {
    cpuMs: (user + system) / 1_000,
    callerMs: mainThreadMs(),
    programPeakMb: ownPeakRssBytes() / 2 ** 20,
  }
  writeSync(3, JSON.stringify(usage))
})

function mainThreadMs(): number {
  if (process.platform !== 'linux') return 0
  const stat = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8')
  // the second field is a name in brackets, which may hold spaces: count from behind it, where field 3 begins
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[14 - 3]) + Number(fields[15 - 3])) * tickMs
}
