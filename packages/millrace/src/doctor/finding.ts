/** `Finding`: a line of what `millrace doctor` says. Types only. */

/** `problem`: runs do not work; `note`: something is less than it could be, or is needed for some runs only. */
export type Level = 'ok' | 'note' | 'problem'

/** What was looked at, and what was seen. */
export interface Finding {
  readonly what: string
  readonly level: Level
  readonly seen: string
  /** What follows from it, or what to do; empty if nothing. */
  readonly advice: string
}

/** A finding that is as it should be. */
export function ok(what: string, seen: string, advice = ''): Finding {
  return { what, level: 'ok', seen, advice }
}

/** A finding that matters for some runs. */
export function note(what: string, seen: string, advice: string): Finding {
  return { what, level: 'note', seen, advice }
}

/** A finding that keeps runs from working. */
export function problem(what: string, seen: string, advice: string): Finding {
  return { what, level: 'problem', seen, advice }
}
