/**
 * Who holds something: a thread of a process of a machine, and whether it lives. Called by `file-lock.ts` and by the scheduler's board of programs.
 *
 * A process id alone tells nothing once it has been given away again. On Linux the kernel says when a thread began, so
 * that a holder that was killed is known to be gone at once; elsewhere only the process id is looked at.
 */

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A thread, in a form that fits into a file's name. */
export interface Holder {
  readonly pid: number
  /** The kernel's number of the thread; 0 where it is not known. */
  readonly tid: number
  /** When the thread began, in ticks since the machine did; 0 where it is not known. */
  readonly began: string
  /** Of the machine's name. */
  readonly host: string
  /** Of the number that the kernel gave to this start of the machine. */
  readonly boot: string
}

const NAME = /^(\d+)\.(\d+)\.(\d+)\.([0-9a-f]{8})\.([0-9a-f]{8})$/
/** Fields of `stat` behind the name of the program: the state, and the time it began. */
const STATE = 0
const BEGAN = 19

const machine = { host: digest(hostname()), boot: digest(read('/proc/sys/kernel/random/boot_id') ?? '') }
const hasProc = existsSync('/proc/self/stat')

/** The thread that calls. */
export function thisHolder(): Holder {
  const { pid } = process
  const tid = threadOf(pid)
  return { pid, tid, began: statOf(pid, tid)?.began ?? '0', ...machine }
}

function threadOf(pid: number): number {
  if (!hasProc) return 0
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').pop())
  } catch {
    return pid
  }
}

/** As a file's name. */
export function nameOf({ pid, tid, began, host, boot }: Holder): string {
  return [pid, tid, began, host, boot].join('.')
}

/** What a file's name says; `undefined` if it is no holder's. */
export function holderOf(name: string): Holder | undefined {
  const [, pid, tid, began, host, boot] = NAME.exec(name) ?? []
  if (pid === undefined || tid === undefined || began === undefined) return undefined
  return { pid: Number(pid), tid: Number(tid), began, host: host as string, boot: boot as string }
}

/** True if it is on another machine: of that nothing can be known from here. */
export function isElsewhere({ host }: Holder): boolean {
  return host !== machine.host
}

/** False only if the holder is certainly gone. */
export function isAlive(holder: Holder): boolean {
  if (isElsewhere(holder)) return true
  if (holder.boot !== machine.boot) return false
  const { pid, tid, began } = holder
  const found = hasProc ? statOf(pid, tid) : undefined
  if (found !== undefined) return found.began === began && !found.isDead
  try {
    process.kill(pid, 0)
    // of a process that may be looked at, the thread would have been found
    return !hasProc
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function statOf(pid: number, tid: number): { readonly began: string; readonly isDead: boolean } | undefined {
  const text = read(`/proc/${pid}/task/${tid}/stat`)
  if (text === undefined) return undefined
  // the program's name stands in brackets, and may hold blanks and brackets itself
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  // a zombie holds nothing: it only waits for its parent to ask how it ended
  return { began: fields[BEGAN] ?? '0', isDead: /[ZX]/.test(fields[STATE] ?? '') }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return undefined
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
