// What is said of an option that is no text, without what it may hold.

import { expect, test } from 'vitest'
import { checkText, unescaped, withoutPassword } from './check-name.ts'
import { checkTls, Handshakes } from './tls.ts'

test.each([
  ['redis://user:secret@host:1/2', 'redis://...@host:1/2'],
  ['redis://user:sec/ret@host', 'redis://...@host'],
  ['redis://user:s@cret@host', 'redis://...@host'],
  ['user:secret@host', '...@host'],
  ['nats://user:sec\nret@host', 'nats://...@host'],
  ['http://host/path', 'http://host/path'],
  [7, 7],
])('%j is shown as %j', (url, shown) => {
  expect(withoutPassword(url)).toBe(shown)
})

test.each([
  () => checkText('password', 7),
  () => checkText('username', null),
  () => unescaped('url', '%zz'),
  () => checkTls('a', { ca: Buffer.from('x') as never }),
  () => checkTls('a', { servername: 3 as never }),
  () => checkTls('a', { rejectUnauthorized: 'no' as never }),
  () => checkTls('a', null as never),
])('it is refused (%#)', (check) => {
  expect(check).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})

test('a server that hangs up during a handshake may be starting; after the third time it has no TLS', async () => {
  const handshakes = new Handshakes(true)
  const cut = (): Promise<unknown> =>
    handshakes.over(Promise.reject(Object.assign(new Error('read'), { code: 'ECONNRESET' })))
  const codes = []
  for (let times = 0; times < 3; times++) codes.push(await cut().catch(({ code }) => code))
  expect(codes).toEqual(['ECONNRESET', 'ECONNRESET', 'ERR_SSL_NO_HANDSHAKE'])
  await handshakes.over(Promise.resolve())
  for (let times = 0; times < 9; times++) codes.push(await cut().catch(({ code }) => code))
  expect(new Set(codes.slice(3))).toEqual(new Set(['ECONNRESET']))
})
