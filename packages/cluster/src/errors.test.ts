// Every error of distributed runs: its code, what it says was seen, and what it says to do.

import { MillraceError } from '@millrace/core'
import { expect, test } from 'vitest'
import * as errors from './errors.ts'

const CASES: readonly (readonly [MillraceError, string, readonly string[]])[] = [
  [new errors.FencedError('t1'), 'FENCED', ['Task t1 has another owner', 'done again']],
  [
    new errors.OutcomeUnknownError('append'),
    'OUTCOME_UNKNOWN',
    ['no answer to "append"', 'the server is up'],
  ],
  [
    new errors.NotDistributableError(['"a" is a coroutine.', '"b" is live.']),
    'NOT_DISTRIBUTABLE',
    ['"a" is a coroutine. "b" is live.'],
  ],
  [
    new errors.BrokenLogError('chunk 3 is missing'),
    'CLUSTER_LOG_BROKEN',
    ['chunk 3 is missing', 'millrace clean'],
  ],
  [
    new errors.TaskFailedError('map', 'TERM_FAILED', 'no seven', 'h1'),
    'TASK_FAILED',
    ['"map" failed on host h1', 'no seven [TERM_FAILED]'],
  ],
  [
    new errors.OtherRunError('r', 'map', 'filter'),
    'OTHER_RUN',
    ['Run "r" has another graph: there map, here filter', 'another name'],
  ],
  [
    new errors.HostFailedError('7', 'graph.ts exports no graph. [BAD_INPUT]'),
    'HOST_FAILED',
    ['Host 7 could not start: graph.ts exports no graph. [BAD_INPUT]'],
  ],
  [new errors.HostFailedError('7', undefined), 'HOST_FAILED', ['Host 7 could not start', 'above']],
  [new errors.ServersGoneError(40_123), 'SERVERS_GONE', ['not answered for 40 s', '--give-up-ms']],
  [
    new errors.ServerRefusedError('streams', new Error('maximum number of streams reached')),
    'SERVER_REFUSED',
    ['refuses "streams": maximum number of streams reached', 'limits of the account'],
  ],
  [new errors.NoClusterError('No NATS server answers.'), 'NO_CLUSTER', ['No NATS server answers.']],
]

test.each(CASES)('%s', (error, code, parts) => {
  expect(error).toBeInstanceOf(MillraceError)
  expect(error.code).toBe(code)
  expect(error.name).toBe(error.constructor.name)
  for (const part of parts) expect(error.message).toContain(part)
})

test('every class has a case', () => {
  const classes = Object.values(errors)
  expect(new Set(CASES.map(([error]) => error.constructor))).toEqual(new Set(classes))
})
