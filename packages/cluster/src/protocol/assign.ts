/**
 * `assign`: which member is to own which task, from nothing but who is there. Every host computes it for itself; where they
 * disagree for a while both claim, and the chain decides.
 *
 * Rendezvous hashing (D. Thaler, C. Ravishankar, 1998), with a bound on the load of each member (V. Mirrokni, M. Thorup,
 * M. Zadimoghaddam, "Consistent hashing with bounded loads", 2018): a member that comes or goes moves few tasks.
 */

import type { Member } from '../port/substrate.ts'
import type { TaskShape } from './work.ts'

/** The label of the command that started a run. Members with it own only tasks that ask for a label. */
export const CALLER = 'caller'

/** The name of each task's owner; tasks that no member may own are left out. */
export function assign(tasks: readonly TaskShape[], members: readonly Member[]): Map<string, string> {
  const owners = new Map<string, string>()
  const load = new Map<string, number>()
  const free = members.filter(({ labels }) => !labels.includes(CALLER))
  const shared = tasks.filter(({ label }) => label === undefined)
  const most = Math.ceil(shared.length / Math.max(1, free.length))
  for (const { name } of shared) {
    const open = free.filter((member) => (load.get(member.name) ?? 0) < most)
    const best = highest(name, open)
    if (best === undefined) continue
    owners.set(name, best.name)
    load.set(best.name, (load.get(best.name) ?? 0) + 1)
  }
  for (const { name, label } of tasks) {
    if (label === undefined) continue
    const best = highest(
      name,
      members.filter(({ labels }) => labels.includes(label)),
    )
    if (best !== undefined) owners.set(name, best.name)
  }
  return owners
}

function highest(task: string, members: readonly Member[]): Member | undefined {
  let best: Member | undefined
  let bestScore = -1
  for (const member of members) {
    const score = hash(`${member.name} ${task}`)
    if (score < bestScore || (score === bestScore && member.name > (best?.name ?? ''))) continue
    best = member
    bestScore = score
  }
  return best
}

/** FNV-1a, 32 bits, with the final mix of MurmurHash3: the names differ in their last letters only. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
