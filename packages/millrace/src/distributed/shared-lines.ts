/** Lines in which all hosts of a run must agree, beside its graph. Called by `engine-of-hosts.ts` and `worker.ts`. */

import { inspect } from 'node:util'
import { type AnyTerm, isGraphTerm } from '@millrace/core'
import { packageVersion } from '../version.ts'

/** A line for the version of Millrace, and one for each parameter, as the builder got it. */
export function sharedLines(term: AnyTerm): string[] {
  const params: unknown = isGraphTerm(term) ? term.origin.params : undefined
  const given = typeof params === 'object' && params !== null ? Object.entries(params) : []
  return [
    `Millrace ${packageVersion()}`,
    ...given
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `parameter ${name}=${told(value)}`),
  ]
}

function told(value: unknown): string {
  if (typeof value === 'string') return value
  const all = { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity } as const
  return inspect(value, { ...all, breakLength: Infinity, sorted: true })
}
