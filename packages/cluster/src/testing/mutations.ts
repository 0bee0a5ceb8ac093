/**
 * Faults in the protocol itself, each with one of its safeguards left out. A suite that does not find them proves nothing:
 * `mutations.test.ts` runs each until a violation is found.
 */

import { MemoryLog } from '../memory/memory-log.ts'
import { MemorySubstrate } from '../memory/memory-substrate.ts'
import type { Commit, ReadPosition } from '../port/records.ts'
import type { Tail } from '../port/substrate.ts'
import { markerOf } from '../protocol/outgoing.ts'
import { CommittedReader, readCommitted } from '../protocol/read-committed.ts'
import type { Mutation } from './schedule.ts'

/** Takes every commit, whoever wrote the one before. */
class UnfencedLog extends MemoryLog {
  override append(commit: Commit, _expected: number): number {
    return super.append(commit, this.tail(commit.task)?.sequence ?? 0)
  }
}

/** Tells readers of a transaction before it is committed. */
class EarlyMarkers extends MemorySubstrate {
  override async append(commit: Commit, expected: number): Promise<number> {
    for (const [edge, written] of Object.entries(commit.outputs)) await this.send(edge, markerOf(written))
    return super.append(commit, expected)
  }
}

/** Purges what a commit no longer needs before it is safe. */
class EarlyPurge extends MemorySubstrate {
  override async append(commit: Commit, expected: number): Promise<number> {
    for (const [edge, { sequence }] of Object.entries(commit.inputs)) await this.purge(edge, sequence)
    return super.append(commit, expected)
  }
}

/** Tells writers that everything was taken. */
class BoundlessCredit extends MemorySubstrate {
  override watch(onTail: (tail: Tail) => void): Promise<() => void> {
    return super.watch(({ sequence, commit }) => {
      const inputs = Object.entries(commit.inputs).map(([edge, at]): [string, ReadPosition] => [
        edge,
        { ...at, bytes: Number.MAX_SAFE_INTEGER },
      ])
      onTail({ sequence, commit: { ...commit, inputs: Object.fromEntries(inputs) } })
    })
  }
}

/** Takes a transaction again when its marker comes again. */
class ForgetfulReader extends CommittedReader {
  protected override isApplied(): boolean {
    return false
  }
}

const readForgetfully: typeof readCommitted = (options) =>
  readCommitted({ ...options, reader: new ForgetfulReader(options.edge, options.from) })

/** By name: what is left out. */
export const mutations: Readonly<Record<string, Mutation>> = {
  'fence left out': { log: (): MemoryLog => new UnfencedLog() },
  'markers before the commit': { substrate: (log, host) => new EarlyMarkers(log, host) },
  'purge before the commit': { substrate: (log, host) => new EarlyPurge(log, host) },
  'applied transactions not checked': { read: readForgetfully },
  'credit not reserved': { substrate: (log, host) => new BoundlessCredit(log, host) },
}
