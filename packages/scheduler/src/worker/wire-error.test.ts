/** Goal: what was thrown on a worker arrives as what it was, and nothing that is thrown keeps a worker from answering. */
import { InvalidOptionError, MillraceError } from '@millrace/core'
import { expect, test } from 'vitest'
import { fromWire, toWire } from './wire-error.ts'

function sent(thrown: unknown): unknown {
  return fromWire(structuredClone(toWire(thrown)))
}

test('an error of Millrace’s is still one, with name, code and cause', () => {
  const error = sent(new InvalidOptionError('count', -1, 'at least 0')) as MillraceError
  expect(error).toBeInstanceOf(MillraceError)
  expect([error.name, error.code]).toEqual(['InvalidOptionError', 'INVALID_OPTION'])
  const outer = sent(new MillraceError('OUTER', 'outer', { cause: new TypeError('inner') })) as MillraceError
  expect([outer.code, outer.cause]).toEqual(['OUTER', expect.any(TypeError)])
})

test('an error that causes itself ends after some causes', () => {
  const error = new Error('egg')
  error.cause = error
  expect((sent(error) as Error).message).toBe('egg')
})

test.each([
  [
    'a getter for a message',
    Object.defineProperty(new Error(), 'message', { get: refuse }),
    'cannot be read',
  ],
  [
    'a property that throws',
    Object.defineProperty(new Error('m'), 'x', { enumerable: true, get: refuse }),
    'm',
  ],
])('%s', (_name, thrown, text) => {
  expect((sent(thrown) as Error).message).toContain(text)
})

test('what is no error and cannot be cloned is described', () => {
  expect(sent({ toString: refuse, f: refuse })).toBe('{}')
})

function refuse(): never {
  throw new Error('no')
}
