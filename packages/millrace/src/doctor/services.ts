/** Which services can be reached. Called by `command/doctor.ts`. Asks for nothing but what a server says by itself. */

import { accessSync, constants } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { BadInputError, messageOf } from '@millrace/core'
import { type Finding, note, ok, problem } from './finding.ts'

const NATS_PORT = 4222
/** A server on the same network answers in a few ms. */
const ANSWERS_WITHIN_MS = 2000

/** What a NATS server says first. */
interface ServerInfo {
  readonly version?: string
  readonly jetstream?: boolean
}

/**
 * A finding for each NATS server, and one for the program that runs without servers start. `isAsked`: the addresses were given, so
 * that a server that does not answer is a problem.
 */
export async function serviceFindings(servers: readonly string[], isAsked: boolean): Promise<Finding[]> {
  const found = await Promise.all(servers.map((server) => natsFinding(server, isAsked)))
  const program = programOnPath('nats-server')
  return [
    ...found,
    program === undefined
      ? ok('nats-server', 'not on the path', 'for --strategy distributed without --servers')
      : ok('nats-server', program, 'for --strategy distributed without --servers'),
  ]
}

async function natsFinding(server: string, isAsked: boolean): Promise<Finding> {
  const what = `NATS at ${server}`
  try {
    const { version = 'of an unknown version', jetstream = false } = await infoOf(server)
    if (jetstream) return ok(what, `${version}, with JetStream`)
    return (isAsked ? problem : note)(what, `${version}, without JetStream`, 'Start it with -js.')
  } catch (error) {
    const advice = 'Only --strategy distributed and millrace worker need one.'
    return isAsked
      ? problem(what, messageOf(error), 'Start it, or name another.')
      : ok(what, 'not reachable', advice)
  }
}

/** The line that a NATS server greets with. @throws {BadInputError} if the address is none, or something else answers. */
function infoOf(server: string): Promise<ServerInfo> {
  const url = addressOf(server)
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || NATS_PORT),
    })
    let text = ''
    const end = (error: Error | undefined, info: ServerInfo = {}): void => {
      socket.destroy()
      if (error === undefined) resolve(info)
      else reject(error)
    }
    socket.setTimeout(ANSWERS_WITHIN_MS, () =>
      end(new BadInputError(`no answer within ${ANSWERS_WITHIN_MS} ms`)),
    )
    socket.setEncoding('utf8')
    socket.on('error', end)
    socket.on('close', () => end(new BadInputError('it closed the connection')))
    socket.on('data', (chunk: string) => {
      text += chunk
      const line = /^INFO (.*?)\s*\r?\n/.exec(text)?.[1]
      const info = line === undefined ? undefined : infoIn(line)
      if (info !== undefined) end(undefined, info)
      else if (line !== undefined || !'INFO '.startsWith(text.slice(0, 5)))
        end(new BadInputError('what answers is no NATS server'))
    })
  })
}

/** `undefined` for what is no object in JSON. */
function infoIn(line: string): ServerInfo | undefined {
  try {
    const info: unknown = JSON.parse(line)
    return typeof info === 'object' && info !== null ? info : undefined
  } catch {
    return undefined
  }
}

function addressOf(server: string): URL {
  const text = /^\w+:\/\//.test(server) ? server : `nats://${server}`
  if (URL.canParse(text)) return new URL(text)
  throw new BadInputError(`${server} is no address: write nats://host:4222`)
}

function programOnPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}
