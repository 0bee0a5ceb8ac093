/** `MemoryLog`: what a server would hold of one run. Every method is one linearizable step; nothing here waits or fails. */

import { FencedError } from '../errors.ts'
import { commandAfter } from '../port/command-after.ts'
import type { Commit, EdgeMessage, Report } from '../port/records.ts'
import type { Command, Member, Received, Tail } from '../port/substrate.ts'

/** The state of one run's log. */
export class MemoryLog {
  readonly #tails = new Map<string, Tail>()
  #commits = 0
  readonly #states = new Map<string, Map<number, Uint8Array>>()
  #pieces = 0
  readonly #edges = new Map<string, { next: number; messages: Received[] }>()
  readonly #members = new Map<string, Member>()
  readonly #reports = new Map<string, Report>()
  #command: Command = 'run'
  readonly #watchers = new Set<() => void>()

  /** Tails of all tasks. */
  tails(): Tail[] {
    return [...this.#tails.values()]
  }

  tail(task: string): Tail | undefined {
    return this.#tails.get(task)
  }

  append(commit: Commit, expected: number): number {
    if ((this.#tails.get(commit.task)?.sequence ?? 0) !== expected) throw new FencedError(commit.task)
    const sequence = ++this.#commits
    this.#tails.set(commit.task, { sequence, commit })
    this.#changed()
    return sequence
  }

  saveState(task: string, pieces: readonly Uint8Array[]): number[] {
    const kept = this.#states.get(task) ?? new Map<number, Uint8Array>()
    this.#states.set(task, kept)
    return pieces.map((piece) => {
      kept.set(++this.#pieces, piece)
      return this.#pieces
    })
  }

  loadState(task: string, sequences: readonly number[]): (Uint8Array | undefined)[] {
    return sequences.map((sequence) => this.#states.get(task)?.get(sequence))
  }

  dropState(task: string, below: number): void {
    const kept = this.#states.get(task)
    for (const sequence of kept?.keys() ?? []) if (sequence < below) kept?.delete(sequence)
  }

  send(edge: string, message: EdgeMessage): void {
    const log = this.#edge(edge)
    log.messages.push({ sequence: log.next++, message })
    this.#changed()
  }

  /** What lies on an edge from a sequence on. */
  read(edge: string, from: number): readonly Received[] {
    const { messages } = this.#edge(edge)
    const first = messages[0]?.sequence
    return first === undefined ? [] : messages.slice(Math.max(0, from - first))
  }

  purge(edge: string, below: number): void {
    const log = this.#edge(edge)
    log.messages = log.messages.filter(({ sequence }) => sequence >= below)
  }

  #edge(edge: string): { next: number; messages: Received[] } {
    let log = this.#edges.get(edge)
    if (log === undefined) {
      log = { next: 1, messages: [] }
      this.#edges.set(edge, log)
    }
    return log
  }

  beat(member: Member): void {
    const known = this.#members.get(member.name)
    if (known === undefined || known.beat < member.beat) this.#members.set(member.name, member)
  }

  leave(name: string): void {
    this.#members.delete(name)
    this.#reports.delete(name)
  }

  members(): readonly Member[] {
    return [...this.#members.values()]
  }

  report(report: Report): void {
    this.#reports.set(report.member, report)
  }

  reports(): readonly Report[] {
    return [...this.#reports.values()]
  }

  command(command: Command): Command {
    this.#command = commandAfter(this.#command, command)
    return this.#command
  }

  commanded(): Command {
    return this.#command
  }

  /** Calls `look` whenever something was added. Returns how to stop. */
  onChange(look: () => void): () => void {
    this.#watchers.add(look)
    return () => void this.#watchers.delete(look)
  }

  #changed(): void {
    for (const look of this.#watchers) look()
  }
}
