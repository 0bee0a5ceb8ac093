// Every error of connectors: its code, what it says was seen, and what it says to do.

import { expect, test } from 'vitest'
import * as errors from './errors.ts'

const cause = new Error('password authentication failed')

test.each([
  [
    new errors.ClientMissingError('postgres', 'pg', cause),
    'CLIENT_MISSING',
    'millrace/connect/postgres needs the package pg: npm install pg',
  ],
  [
    new errors.ConnectionDeniedError('PostgreSQL at db:5432', 'Look at user and password.', cause),
    'CONNECTION_DENIED',
    'PostgreSQL at db:5432 refuses: password authentication failed. Look at user and password.',
  ],
  [
    new errors.ConnectionLostError('Redis at db:6379', 10, new Error('connect ECONNREFUSED')),
    'CONNECTION_LOST',
    'Redis at db:6379 could not be reached, tried 10 times in a row: connect ECONNREFUSED. Is it up, and is this its address? ' +
      'More patience: reconnect: { maxFailures }.',
  ],
  [
    new errors.CannotListenError(
      '127.0.0.1',
      80,
      Object.assign(new Error('listen EACCES'), { code: 'EACCES' }),
    ),
    'CANNOT_LISTEN',
    'The run cannot listen on 127.0.0.1, port 80: listen EACCES. Ports below 1024 need a right that this process does ' +
      'not have: choose a higher one.',
  ],
])('%s', (error, code, message) => {
  expect([error.code, error.message, error.cause instanceof Error]).toEqual([code, message, true])
})

test('MESSAGES_MISSED', () => {
  const error = new errors.MessagesMissedError('Stream S begins at 7', 'Raise its limits.')
  expect([error.code, error.message]).toEqual(['MESSAGES_MISSED', 'Stream S begins at 7. Raise its limits.'])
})
