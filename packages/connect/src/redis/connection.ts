/** Connections to Redis, made with ioredis. Called by the sources and sinks of this folder. */

import type { Clock } from '@millrace/core'
import type { Redis } from 'ioredis'
import { ConnectionDeniedError } from '../errors.ts'
import { Link, type Opener } from '../support/link.ts'
import { loadClient } from '../support/load-client.ts'
import { type Explain, Retries } from '../support/reconnect.ts'
import { Handshakes, tlsOf, tlsRemedy } from '../support/tls.ts'
import type { RedisAddress } from './options.ts'

/** How long an answer may take beyond the time for which a command waits on purpose, in ms. */
const ANSWER_MS = 15_000
/** For how long one read waits for something new, in ms. */
export const BLOCK_MS = 2000

/** A link to the server at an address. */
export function redisLink(address: RedisAddress, clock: Clock): Link<Redis> {
  const explain: Explain = (error, hasLasted) => explained(address.server, error, hasLasted)
  return new Link(openerOf(address), new Retries(address.server, address.reconnect, clock, explain))
}

function openerOf({ url, username, password, db, tls }: RedisAddress): Opener<Redis> {
  const handshakes = new Handshakes(tls ?? url.startsWith('rediss:'))
  return {
    async open(signal) {
      const { Redis } = await loadClient('redis', 'ioredis', () => import('ioredis'))
      const encrypted = tlsOf(tls ?? url.startsWith('rediss:'))
      const client = new Redis(url, {
        lazyConnect: true,
        // the link tries again, on the run's clock, and knows what may be sent twice
        retryStrategy: () => null,
        autoResendUnfulfilledCommands: false,
        autoResubscribe: false,
        enableOfflineQueue: false,
        // a server that is still loading says so to each command
        enableReadyCheck: false,
        maxRetriesPerRequest: 0,
        commandTimeout: BLOCK_MS + ANSWER_MS,
        // the older protocol answers alike in all versions of client and server
        ...({ protocol: 2 } as object),
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        db,
        ...(encrypted === undefined ? {} : { tls: { ...encrypted } }),
      })
      let failure: Error | undefined
      // what it says here says more than what its commands fail with: "connection is closed"
      client.on('error', (error: Error) => {
        if (failure === undefined || error.name === 'ReplyError') failure = error
      })
      const fail = (error: unknown): never => {
        throw failure ?? error
      }
      const give = (): void => client.disconnect()
      signal.addEventListener('abort', give, { once: true })
      try {
        await handshakes.over(client.connect().catch(fail), give)
        // which ioredis has done, but it passes over what the server says to it
        if (db !== 0) await client.select(db).catch(fail)
      } catch (error) {
        client.disconnect()
        throw error
      } finally {
        signal.removeEventListener('abort', give)
      }
      return client
    },
    close: (client) => client.disconnect(),
  }
}

/** What Redis answers, by its first word, and what to look at. */
const REMEDIES: Readonly<Record<string, string>> = {
  WRONGPASS: 'Look at username and password.',
  NOAUTH: 'It wants a password: give username and password, or put them into the url.',
  NOPERM: 'Its user lacks a right: ACL GETUSER shows which commands and keys it has.',
  WRONGTYPE: 'What is there under that key is of another type (TYPE tells): give another key.',
  NOGROUP: 'The group was removed while it was in use.',
  NOPROTO: 'The server is too old for that client.',
}

/** What it answers while it may soon answer otherwise. */
const PASSING = /^(LOADING|MASTERDOWN|READONLY|CLUSTERDOWN|TRYAGAIN|BUSY|OOM|MISCONF)\b/

function explained(server: string, error: unknown, hasLasted: boolean): ConnectionDeniedError | undefined {
  const denied = (remedy: string): ConnectionDeniedError => new ConnectionDeniedError(server, remedy, error)
  const tls = tlsRemedy(error)
  if (tls !== undefined) return denied(tls)
  const { name, message } = error as Error
  if (name !== 'ReplyError') return undefined
  if (PASSING.test(message))
    return hasLasted ? denied('It has answered so each time: look at its state.') : undefined
  const remedy = REMEDIES[/^\w+/.exec(message)?.[0] ?? '']
  if (remedy !== undefined) return denied(remedy)
  if (/AUTH/.test(message)) return denied('It knows no password: leave username and password out.')
  if (/DB index/.test(message)) return denied('It has fewer databases: look at db, or at the end of the url.')
  return denied('To send it again would change nothing.')
}
