/** Goal: errors become lines that say what went wrong and where in the user's code, without a stack. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BadInputError, InvalidOptionError, TermError } from '@millrace/core'
import { expect, test } from 'vitest'
import { codeOf, linesOfFailure, linesOfMistake } from './error.ts'
import { addressOf, linesOfPage } from './error-page.ts'
import { userFrame } from './frame.ts'
import { reasonIn, reasonOf } from './reason.ts'

function thrown(message: string, ...frames: string[]): Error {
  const error = new Error(message)
  error.stack = [`Error: ${message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n')
  return error
}

const here = join(process.cwd(), 'graphs/orders.ts')

test.each([
  [[`price (file://${here}:7:5)`], 'graphs/orders.ts:7'],
  [[`async file://${here}?v=1:7:5`], 'graphs/orders.ts:7'],
  [[`Object.<anonymous> (${here}:7:5)`], 'graphs/orders.ts:7'],
  [['/elsewhere/x.ts:1:2'], '/elsewhere/x.ts:1'],
  [['node:internal/x:1:2', 'f (/a/node_modules/b/c.js:1:2)', `f (${here}:9:1)`], 'graphs/orders.ts:9'],
  [
    [`Term.pipe (file://${join(process.cwd(), 'packages/core/dist/term/term.js')}:1:2)`, `${here}:3:1`],
    'graphs/orders.ts:3',
  ],
  [['eval (eval at make (/x.js:1:2), <anonymous>:1:3)', 'new Promise (<anonymous>)'], undefined],
  [[], undefined],
])('the user’s frame of %j', (frames, place) => {
  expect(userFrame(thrown('m', ...frames))).toBe(place)
})

test('a reason names its place once', () => {
  const error = thrown('no\n  such thing', `${here}:7:5`)
  expect(reasonOf(error)).toBe('graphs/orders.ts:7: no such thing')
  expect(reasonIn('graphs/orders.ts', error)).toBe('graphs/orders.ts:7: no such thing')
  expect(reasonIn('main.ts', error)).toBe('main.ts: graphs/orders.ts:7: no such thing')
  expect(reasonOf('text')).toBe('"text"')
})

test('a failure of the user’s own code has a second line, one of Millrace’s has not', () => {
  const cause = thrown('boom\nbang', `f (${here}:7:5)`)
  expect(linesOfFailure(new TermError('map', 'item', cause, { id: 1 }))).toEqual([
    'Term "map" failed on item {"id":1}: boom bang',
    '  at graphs/orders.ts:7',
  ])
  expect(linesOfFailure(new TermError('csv', 'generate', new BadInputError('no file')))).toEqual([
    'Term "csv" failed in generate: no file',
  ])
})

test('an error that was passed on with the name of a file keeps its code', () => {
  const inner = new InvalidOptionError('count', -1, 'at least 0')
  const codes = [
    inner,
    new BadInputError('g.ts: …', { cause: inner }),
    new TermError('map', 'item', inner),
    'text',
  ]
  expect(codes.map(codeOf)).toEqual(['INVALID_OPTION', 'INVALID_OPTION', 'TERM_FAILED', 'UNKNOWN'])
})

test('a mistake is its message with its code on each line; a bug keeps its stack', () => {
  expect(linesOfMistake(new BadInputError('one\ntwo'))).toEqual(['one [BAD_INPUT]', 'two [BAD_INPUT]'])
  expect(linesOfMistake(thrown('bug', 'f (x.ts:1:1)'))).toEqual(['Error: bug\n    at f (x.ts:1:1)'])
})

test('at a terminal the address of the code’s page is told', () => {
  const address = addressOf('TERM_FAILED')
  expect(address).toMatch(/^https:\/\/.+\/docs\/errors\/TERM_FAILED\.md$/)
  expect(
    existsSync(new URL(address.replace(/^.*(?=docs\/)/, ''), new URL('../../../../', import.meta.url))),
  ).toBe(true)
  expect([linesOfPage('TERM_FAILED', true), linesOfPage('TERM_FAILED', false)]).toEqual([
    [`  see ${address}`],
    [],
  ])
})
