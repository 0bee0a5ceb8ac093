// The steps of a commit as they are seen on the wire. Pure; called by faults.ts and by the trials.

/** A step, in the order of a task's life. */
export type Step =
  | 'claim'
  | 'chunk'
  | 'state'
  | 'commit'
  | 'marker'
  | 'purge'
  | 'drop'
  | 'released'
  | 'ended'
  | 'done'

/** A kill before and after each step: between any two of them lies one. */
export const DEATHS: readonly string[] = (
  ['commit', 'marker', 'claim', 'chunk', 'state', 'purge', 'drop', 'released', 'ended', 'done'] as const
).flatMap((step) => [`${step}:before`, `${step}:after`])

/** What a published message does; `undefined` for what is no step of a commit. */
export function stepOf(subject: string, body: string): Step | undefined {
  if (/^\$JS\.API\.STREAM\.PURGE\.MR_.*_E_e\d+$/.test(subject)) return 'purge'
  if (/^\$JS\.API\.STREAM\.PURGE\.MR_.*_S$/.test(subject)) return 'drop'
  const kind = /^mr\.[^.]+\.([cse])\./.exec(subject)?.[1]
  if (kind === 's') return 'state'
  if (kind === 'e') return body.startsWith('{"kind":"marker"') ? 'marker' : 'chunk'
  if (kind !== 'c') return undefined
  const phase = /"phase":"(\w+)"/.exec(body)?.[1]
  const attempts = Number(/"attempts":(\d+)/.exec(body)?.[1] ?? 0)
  if (attempts > 0) return 'claim'
  return phase === 'released' || phase === 'ended' || phase === 'done' ? phase : 'commit'
}
