/** Goal: the first signal drains, the second cancels, and nobody is left listening. */
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { onInterrupts } from './interrupts.ts'

function listen() {
  const source = new EventEmitter()
  const seen: string[] = []
  const remove = onInterrupts(
    { drain: (signal) => seen.push(`drain ${signal}`), cancel: (signal) => seen.push(`cancel ${signal}`) },
    source,
  )
  const send = (signal: string) => source.emit(signal, signal)
  return { source, seen, remove, send }
}

test('drain, cancel, then nothing: a third signal is the system’s again', () => {
  const { source, seen, send } = listen()
  expect([send('SIGINT'), send('SIGTERM'), send('SIGINT')]).toEqual([true, true, false])
  expect(seen).toEqual(['drain SIGINT', 'cancel SIGTERM'])
  expect(source.eventNames()).toEqual([])
})

test('the returned function ends the listening', () => {
  const { source, seen, remove, send } = listen()
  remove()
  expect([send('SIGINT'), seen, source.eventNames()]).toEqual([false, [], []])
})
