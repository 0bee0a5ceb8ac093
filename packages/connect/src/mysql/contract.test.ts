// Goal: MariaDB's source and sinks keep the contract of connectors, against the real server.

import { fileURLToPath } from 'node:url'
import { map } from '@millrace/terms'
import type { RowDataPacket } from 'mysql2/promise'
import { describe } from 'vitest'
import { sinkContract, sourceContract } from '../../test/connector.case.ts'
import { mysqlAt, mysqlClient, mysqlTable } from '../../test/mysql.ts'
import { answers, services } from '../../test/service.ts'
import { insert, query, upsert } from './index.ts'

const service = services.mysql
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url))
const { user } = mysqlAt(0)

describe.skipIf(!(await answers(service)))('MariaDB', () => {
  sourceContract({
    name: 'query by key',
    service,
    guarantee: 'exactly once',
    aheadItems: 50,
    module: fixture('numbers-from-mysql.ts'),
    open: async () => {
      const client = await mysqlClient()
      const table = await mysqlTable(client, 'id int primary key, n int')
      const numbers = map(({ n }: { n: number }) => n)
      return {
        fill: async (all) => {
          await client.query(`insert into \`${table}\` values ?`, [all.map((n, at) => [at, n])])
        },
        source: (port) =>
          query<{ n: number }>(`select id, n from \`${table}\``, {
            connection: mysqlAt(port),
            key: 'id',
            batchItems: 50,
          }).pipe(numbers),
        params: { table, user },
        close: async () => undefined,
      }
    },
  })

  for (const how of ['insert', 'upsert'] as const) {
    sinkContract({
      name: how,
      service,
      guarantee: 'exactly once',
      module: fixture('numbers-to-mysql.ts'),
      open: async () => {
        const client = await mysqlClient()
        const table = await mysqlTable(client, 'n int not null, at int auto_increment primary key, key (n)')
        if (how === 'upsert') await client.query(`alter table \`${table}\` add unique (n)`)
        const options = { columns: ['n'] as const, batchItems: 100, batchMs: 5 }
        return {
          sink: (port) => {
            const connection = mysqlAt(port)
            const rows = map((n: number) => ({ n }))
            if (how === 'insert') return rows.pipe(insert<{ n: number }>(table, { ...options, connection }))
            return rows.pipe(upsert<{ n: number }>(table, { ...options, connection, key: ['n'] }))
          },
          contents: async () => {
            const [rows] = await client.query<RowDataPacket[]>(`select n from \`${table}\` order by at`)
            return rows.map(({ n }) => n as number)
          },
          params: { table, user, how },
          close: async () => undefined,
        }
      },
    })
  }
})
