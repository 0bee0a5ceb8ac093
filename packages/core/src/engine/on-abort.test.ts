// A signal may have any number of listeners, whatever limit it was given.

import { getMaxListeners, setMaxListeners } from 'node:events'
import { expect, test } from 'vitest'
import { onAbort } from './on-abort.ts'

test.each([0, 1, 10])('a limit of %i listeners', (limit) => {
  const controller = new AbortController()
  setMaxListeners(limit, controller.signal)
  const called: number[] = []
  const stops = Array.from({ length: 20 }, (_, n) => onAbort(controller.signal, () => void called.push(n)))
  stops[3]?.()
  controller.abort()
  expect(called).toEqual(Array.from({ length: 20 }, (_, n) => n).filter((n) => n !== 3))
  for (const [n, stop] of stops.entries()) if (n !== 3) stop()
  if (limit > 0) expect(getMaxListeners(controller.signal)).toBe(limit)
})
