/**
 * Checks a failure policy by itself, and fills in its defaults. Called by `Leaf.onFailure`, by `graph/check-policies.ts`
 * and by the guards that keep policies.
 */

import { InvalidOptionError } from '../errors.ts'
import type { Circuit, FailurePolicy, Retry } from '../failure.ts'

type AnyPolicy = FailurePolicy<never, unknown>

/** What may become of an item that failed for good. */
export const ON_ERROR = ['fail', 'skip', 'fallback'] as const

const DEFAULT_RETRY: Required<Retry> = {
  attempts: 0,
  delayMs: 0,
  factor: 2,
  maxDelayMs: 30_000,
  jitter: 0.5,
}

const KNOWN = {
  policy: ['retry', 'timeoutMs', 'onError', 'fallback', 'circuit'],
  retry: Object.keys(DEFAULT_RETRY),
  circuit: ['failures', 'windowMs', 'probeAfterMs'],
} as const

/**
 * Checks every field. `path` says in messages whose policy it is.
 *
 * @throws {InvalidOptionError} for the first field that is not as it must be.
 */
export function checkFailurePolicy(policy: AnyPolicy, path: string): void {
  checkRecord(policy, path, KNOWN.policy)
  const { retry, timeoutMs, onError, circuit } = policy
  if (typeof retry === 'object') checkRetry(retry, `${path}: retry`)
  else if (retry !== undefined && !isWhole(retry, 0)) {
    throw new InvalidOptionError(`${path}: retry`, retry, 'a whole number, at least 0, or a record')
  }
  if (timeoutMs !== undefined && !isAbove(timeoutMs, 0)) {
    throw new InvalidOptionError(`${path}: timeoutMs`, timeoutMs, 'a number of milliseconds above 0')
  }
  if (onError !== undefined && !ON_ERROR.includes(onError)) {
    throw new InvalidOptionError(`${path}: onError`, onError, `one of ${ON_ERROR.join(', ')}`)
  }
  if (onError === 'fallback' && !('fallback' in policy)) {
    throw new InvalidOptionError(
      `${path}: onError`,
      onError,
      'fail or skip where there is no fallback; give one',
    )
  }
  if (circuit !== undefined) checkCircuit(circuit, `${path}: circuit`)
}

function checkRetry(retry: Retry, path: string): void {
  checkRecord(retry, path, KNOWN.retry)
  const { attempts, delayMs, factor, maxDelayMs, jitter } = retry
  if (!isWhole(attempts, 0))
    throw new InvalidOptionError(`${path}.attempts`, attempts, 'a whole number, at least 0')
  for (const [name, value] of Object.entries({ delayMs, maxDelayMs })) {
    if (value === undefined || value === 0 || isAbove(value, 0)) continue
    throw new InvalidOptionError(`${path}.${name}`, value, 'a number of milliseconds, at least 0')
  }
  if (factor !== undefined && !(factor === 1 || isAbove(factor, 1))) {
    throw new InvalidOptionError(`${path}.factor`, factor, 'a number, at least 1')
  }
  if (jitter !== undefined && !(typeof jitter === 'number' && jitter >= 0 && jitter <= 1)) {
    throw new InvalidOptionError(`${path}.jitter`, jitter, 'a number from 0 to 1')
  }
}

function checkCircuit(circuit: Circuit, path: string): void {
  checkRecord(circuit, path, KNOWN.circuit)
  const { failures, windowMs, probeAfterMs } = circuit
  if (!isWhole(failures, 1)) {
    throw new InvalidOptionError(`${path}.failures`, failures, 'a whole number, at least 1')
  }
  for (const [name, value] of Object.entries({ windowMs, probeAfterMs })) {
    if ((name === 'probeAfterMs' && value === undefined) || isAbove(value, 0)) continue
    throw new InvalidOptionError(`${path}.${name}`, value, 'a number of milliseconds above 0')
  }
}

function checkRecord(seen: unknown, path: string, known: readonly string[]): void {
  if (typeof seen !== 'object' || seen === null || Array.isArray(seen)) {
    throw new InvalidOptionError(path, seen, `a record of ${known.join(', ')}`)
  }
  const strange = Object.keys(seen).find((key) => !known.includes(key))
  if (strange === undefined) return
  const value = (seen as Readonly<Record<string, unknown>>)[strange]
  throw new InvalidOptionError(
    `${path}: ${strange}`,
    value,
    `left out: there is no such option, only ${known.join(', ')}`,
  )
}

function isWhole(seen: unknown, least: number): boolean {
  return Number.isSafeInteger(seen) && (seen as number) >= least
}

function isAbove(seen: unknown, bound: number): boolean {
  return typeof seen === 'number' && seen > bound && seen < Number.POSITIVE_INFINITY
}

/** What `onError` comes to. */
export function onErrorOf(policy: AnyPolicy): (typeof ON_ERROR)[number] {
  return policy.onError ?? ('fallback' in policy ? 'fallback' : 'fail')
}

/** The policy's retries with all defaults filled in. */
export function retryOf({ retry = 0 }: AnyPolicy): Required<Retry> {
  return { ...DEFAULT_RETRY, ...(typeof retry === 'number' ? { attempts: retry } : retry) }
}

/** Whether anything is said at all. */
export function isPolicy(policy: AnyPolicy): boolean {
  for (const _ in policy) return true
  return false
}
