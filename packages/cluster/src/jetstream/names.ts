/** The names of a run's streams, subjects and bucket. `status` and `clean` find them by these. */

/** Names in JetStream of one run. */
export interface RunNames {
  readonly commits: string
  readonly states: string
  readonly bucket: string
  readonly commitOf: (task: string) => string
  readonly stateOf: (task: string) => string
  readonly edge: (edge: string) => string
  readonly edgeSubject: (edge: string) => string
  /** All subjects of the run but those of its bucket. */
  readonly all: string
}

/** Names that a run may have: part of the names of streams and subjects. */
export const RUN_NAME = /^[A-Za-z0-9_-]{1,64}$/

/** The names of run `run`. */
export function namesOf(run: string): RunNames {
  return {
    commits: `MR_${run}_C`,
    states: `MR_${run}_S`,
    bucket: `MR_${run}`,
    commitOf: (task) => `mr.${run}.c.${task}`,
    stateOf: (task) => `mr.${run}.s.${task}`,
    edge: (edge) => `MR_${run}_E_${edge}`,
    edgeSubject: (edge) => `mr.${run}.e.${edge}`,
    all: `mr.${run}.>`,
  }
}

/** Keys in a run's bucket. What begins with `HINTS` every host hears of; reports, only who asks for them. */
export const HINTS = 'h.'
/** Of a member, by its name. */
export const MEMBER = `${HINTS}m.`
/** What the run is to do. */
export const COMMAND = `${HINTS}command`
/** Of what a member has counted, by its name. */
export const REPORT = 'f.'
