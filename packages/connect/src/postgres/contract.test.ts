// Goal: PostgreSQL's source and sinks keep the contract of connectors, against the real server.

import { fileURLToPath } from 'node:url'
import { map } from '@millrace/terms'
import { describe } from 'vitest'
import { sinkContract, sourceContract } from '../../test/connector.case.ts'
import { postgresAt, postgresClient, postgresTable } from '../../test/postgres.ts'
import { answers, services } from '../../test/service.ts'
import { copyInto, insert, query } from './index.ts'

const service = services.postgres
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url))
const { user } = postgresAt(0)

describe.skipIf(!(await answers(service)))('PostgreSQL', () => {
  sourceContract({
    name: 'query by key',
    service,
    guarantee: 'exactly once',
    aheadItems: 50,
    module: fixture('numbers-from-postgres.ts'),
    open: async () => {
      const client = await postgresClient()
      const table = await postgresTable(client, 'id int primary key, n int')
      const numbers = map(({ n }: { n: number }) => n)
      return {
        fill: async (all) => {
          await client.query(`insert into "${table}" select * from unnest($1::int[], $2::int[])`, [
            all.map((_, at) => at),
            all,
          ])
        },
        source: (port) =>
          query<{ n: number }>(`select id, n from "${table}"`, {
            connection: postgresAt(port),
            key: 'id',
            batchItems: 50,
          }).pipe(numbers),
        params: { table, user },
        close: async () => undefined,
      }
    },
  })

  for (const [name, how] of [
    ['insert', 'insert'],
    ['copyInto', 'copy'],
  ] as const) {
    sinkContract({
      name,
      service,
      guarantee: 'exactly once',
      module: fixture('numbers-to-postgres.ts'),
      open: async () => {
        const client = await postgresClient()
        const table = await postgresTable(client, 'at serial, n int not null')
        const make = how === 'copy' ? copyInto<{ n: number }> : insert<{ n: number }>
        return {
          sink: (port) =>
            map((n: number) => ({ n })).pipe(
              make(table, { connection: postgresAt(port), columns: ['n'], batchItems: 100, batchMs: 5 }),
            ),
          contents: async () => {
            const { rows } = await client.query<{ n: number }>(`select n from "${table}" order by at`)
            return rows.map(({ n }) => n)
          },
          params: { table, user, how },
          close: async () => undefined,
        }
      },
    })
  }
})
