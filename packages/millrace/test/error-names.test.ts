/**
 * Goal: the `name` of an error is that of a class that users can import, in the sources, in the build (where a bundler may
 * rename classes), and after its way out of any worker.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as cluster from '@millrace/cluster'
import * as http from '@millrace/connect/http'
import * as mqtt from '@millrace/connect/mqtt'
import * as mysql from '@millrace/connect/mysql'
import * as nats from '@millrace/connect/nats'
import * as postgres from '@millrace/connect/postgres'
import * as rabbitmq from '@millrace/connect/rabbitmq'
import * as redis from '@millrace/connect/redis'
import * as millrace from 'millrace'
import * as testing from 'millrace/testing'
import { expect, test } from 'vitest'
import { strategies } from '../src/config/settings.ts'
import errorNames from './fixtures/error-names.ts'

const connectors = [http, mqtt, mysql, nats, postgres, rabbitmq, redis]
const packages = fileURLToPath(new URL('../../', import.meta.url))

/** What users never meet, and why. */
const NOT_PUBLIC: Readonly<Record<string, string>> = {
  InvalidOptionsError: 'is an InvalidOptionError, and says so',
  CannotCreateError: 'of the command create-millrace, which prints its message',
  TroubleError: 'thrown on purpose by the terms of random graphs',
  CsvFault: 'a source makes a BadInputError of it',
  QueueGoneError: 'of RabbitMQ, and tried again, or told as a ConnectionDeniedError',
  NoRouteError: 'of RabbitMQ, and tried again, or told as a ConnectionDeniedError',
  NotTakenError: 'of RabbitMQ, and tried again, or told as a ConnectionDeniedError',
  Postponed: 'has a source of events wait',
  CallbackError: "what the user's own function has thrown is told in its place",
}

interface OwnClass {
  readonly prototype: object
}

function errorClassesOf(exports: object): readonly (readonly [name: string, made: OwnClass])[] {
  return Object.entries(exports).filter(
    (entry): entry is [string, OwnClass] =>
      typeof entry[1] === 'function' && (entry[1] as OwnClass).prototype instanceof Error,
  )
}

test('each error class can be imported', () => {
  const entries = [millrace, cluster, testing, ...connectors]
  const exported = new Set(entries.flatMap(errorClassesOf).map(([name]) => name))
  const declared = readdirSync(packages).flatMap((name) => {
    const sources = join(packages, name, 'src')
    return readdirSync(sources, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.ts$/.test(file) && !/\.test|\.case|[\\/]test[\\/]/.test(file))
      .flatMap((file) => [
        ...readFileSync(join(sources, file), 'utf8').matchAll(/class (\w+) extends \w*Error\b/g),
      ])
      .map(([, found]) => found as string)
  })
  expect(declared.length).toBeGreaterThan(60)
  expect(declared.filter((name) => !exported.has(name) && !(name in NOT_PUBLIC))).toEqual([])
})

test.each([
  ['millrace/dist/index.js', 50],
  ['millrace/dist/testing.js', 1],
  ['cluster/dist/index.js', 5],
])('the build of %s keeps the names of its classes', async (file, least) => {
  const classes = errorClassesOf((await import(join(packages, file))) as object)
  expect(classes.length).toBeGreaterThanOrEqual(least)
  const [, base] = errorClassesOf(await import(join(packages, 'core/dist/index.js'))).find(
    ([found]) => found === 'MillraceError',
  ) as readonly [string, new () => Error]
  expect(
    classes.map(([, made]) => (Reflect.construct(base, ['A_CODE', ''], made as never) as Error).name),
  ).toEqual(classes.map(([found]) => found))
})

const ways = [
  ...strategies.map((strategy) => ({ strategy, isolation: 'thread' }) as const),
  { strategy: 'pool', isolation: 'process' } as const,
]

test.each(ways)('an error keeps its name under $strategy, $isolation', async (scheduler) => {
  const names = [...errorClassesOf(millrace).map(([name]) => name), 'QuotaError', 'ShopError']
  const running = millrace.run(errorNames({ names }), { scheduler: { ...scheduler, workers: 1 } })
  const seen: string[] = []
  for await (const { error } of running.deadLetters()) seen.push((error as Error).name)
  await running.done
  expect(seen).toEqual(names)
})

test.each(ways)(
  'the first failure has its name, and its cause, under $strategy, $isolation',
  async (scheduler) => {
    const options = {
      scheduler: { ...scheduler, workers: 1 },
      terms: { throws: { onError: 'fail' } },
    } as const
    const error = await millrace.run(errorNames({ names: ['BadInputError'] }), options).done.then(
      () => undefined,
      (thrown: Error) => thrown,
    )
    const chain = [error, error?.cause as Error, (error?.cause as Error)?.cause as Error]
    expect(chain.map((each) => each?.name)).toEqual(['TermError', 'BadInputError', 'QuotaError'])
    expect(error).toBeInstanceOf(millrace.TermError)
  },
)
