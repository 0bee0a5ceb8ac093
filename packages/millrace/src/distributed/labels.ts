/** Labels that terms ask for and no host has. Called by `hosts-engine.ts`. */

import { CALLER, type Joined, NotDistributableError, type TaskPlan } from '@millrace/cluster'

/** A host with a label that a term asks for is waited for so long. */
const WAIT_MS = 30_000

/** @throws {NotDistributableError} for tasks that ask for a label that is not `there`. */
export function refuseUnlabelled(tasks: readonly TaskPlan[], there: ReadonlySet<string>): void {
  const missing = new Map<string, readonly string[]>()
  for (const { label, nodes } of tasks) {
    if (label === undefined || label === CALLER || there.has(label)) continue
    missing.set(label, [...(missing.get(label) ?? []), ...nodes.map(({ id }) => id)])
  }
  if (missing.size === 0) return
  const reasons = [...missing].map(
    ([label, terms]) =>
      `${terms.map((id) => `"${id}"`).join(', ')} asks for hosts with the label "${label}", and none has it. Start one ` +
      `with it: millrace worker --label ${label}, or millrace run --label ${label} for the hosts that it starts.`,
  )
  throw new NotDistributableError(reasons)
}

/** Sees whether hosts with the labels come. */
export class LabelWatch {
  readonly #tasks: readonly TaskPlan[]
  readonly #begun: number
  readonly #seen = new Set<string>()

  constructor(tasks: readonly TaskPlan[], now: number) {
    this.#tasks = tasks
    this.#begun = now
  }

  /** @throws {NotDistributableError} if a task has waited long enough. One that is done, in an earlier start, needs no host. */
  look({ members, open }: Pick<Joined, 'members' | 'open'>, now: number): void {
    for (const { labels } of members()) for (const label of labels) this.#seen.add(label)
    if (now - this.#begun < WAIT_MS) return
    const left = new Set(open())
    refuseUnlabelled(
      this.#tasks.filter(({ name }) => left.has(name)),
      this.#seen,
    )
  }
}
