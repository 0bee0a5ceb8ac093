// Goal: a policy that is none is refused where it is written, with the field and what it may be.

import { expect, test } from 'vitest'
import { map } from '../test/terms.ts'

const REFUSED: readonly (readonly [object, string])[] = [
  [{ retry: -1 }, 'retry must be a whole number, at least 0, or a record'],
  [{ retry: {} }, 'retry.attempts must be a whole number, at least 0'],
  [{ retry: { attempts: 1, delayMs: -1 } }, 'retry.delayMs must be a number of milliseconds, at least 0'],
  [{ retry: { attempts: 1, factor: 0.5 } }, 'retry.factor must be a number, at least 1'],
  [{ retry: { attempts: 1, jitter: 2 } }, 'retry.jitter must be a number from 0 to 1'],
  [{ retry: { attempts: 1, tries: 2 } }, 'retry: tries must be left out'],
  [{ timeoutMs: 0 }, 'timeoutMs must be a number of milliseconds above 0'],
  [{ onError: 'ignore' }, 'onError must be one of fail, skip, fallback'],
  [{ onError: 'fallback' }, 'onError must be fail or skip where there is no fallback'],
  [{ circuit: { failures: 0, windowMs: 1 } }, 'circuit.failures must be a whole number, at least 1'],
  [{ circuit: { failures: 1 } }, 'circuit.windowMs must be a number of milliseconds above 0'],
  [{ onFailure: 'skip' }, 'onFailure must be left out: there is no such option, only retry, timeoutMs'],
]

test.each(REFUSED)('%j', (policy, message) => {
  expect(() => map((n) => n).onFailure(policy as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(message) }),
  )
})

test('a second policy adds to the first', () => {
  const term = map((n: number) => n)
    .onFailure({ retry: 2, onError: 'skip' })
    .onFailure({ onError: 'fallback', fallback: 0 })
  expect(term.failurePolicy).toEqual({ retry: 2, onError: 'fallback', fallback: 0 })
})
