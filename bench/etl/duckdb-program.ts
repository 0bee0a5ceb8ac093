// The program of duckdb.ts. The columns are named, as they are for Millrace: nothing is guessed from the file.

import './own-usage.ts'
import { peer } from './peers.ts'
import { gapMs, leastCents, topWords, windowMs, workers } from './task.ts'

const [workload = '', input = '', table = '', output = ''] = process.argv.slice(2)
const quote = (path: string): string => `'${path.replaceAll("'", "''")}'`

const json = (columns: string): string =>
  `read_json(${quote(input)}, format = 'newline_delimited', columns = {${columns}})`

const queries: Readonly<Record<string, { readonly select: string; readonly format: string }>> = {
  logs: {
    select: `
      SELECT (time // ${windowMs}) * ${windowMs} AS start, path, count(*) AS count,
        count(*) FILTER (status >= 500) AS errors,
        quantile_disc(ms, 0.5) AS p50, quantile_disc(ms, 0.99) AS p99
      FROM ${json(`time: 'BIGINT', path: 'VARCHAR', status: 'INTEGER', ms: 'DOUBLE'`)}
      GROUP BY ALL`,
    format: 'json',
  },
  csv: {
    select: `
      SELECT path, count(*) AS count, avg(ms) AS mean, max(ms) AS max
      FROM read_csv(${quote(input)}, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
        columns = {time: 'BIGINT', path: 'VARCHAR', status: 'INTEGER', ms: 'DOUBLE', user: 'BIGINT', agent: 'VARCHAR'})
      GROUP BY path`,
    format: 'json',
  },
  words: {
    select: `
      SELECT word, count(*) AS count
      FROM (SELECT unnest(string_split(line, ' ')) AS word
        FROM read_csv(${quote(input)}, header = false, auto_detect = false, delim = '\t', quote = '', escape = '',
          columns = {line: 'VARCHAR'}))
      GROUP BY word ORDER BY count DESC, word LIMIT ${topWords}`,
    format: 'json',
  },
  sessions: {
    select: `
      WITH views AS (
        SELECT time, user, page,
          CASE WHEN time - lag(time) OVER (PARTITION BY user ORDER BY time) < ${gapMs} THEN 0 ELSE 1 END AS begins
        FROM ${json(`time: 'BIGINT', user: 'BIGINT', page: 'VARCHAR'`)}
      ), numbered AS (
        SELECT *, sum(begins) OVER (PARTITION BY user ORDER BY time) AS session FROM views
      )
      SELECT user, min(time) AS start, max(time) AS last, count(*) AS count,
        arg_min(page, time) AS entry, arg_max(page, time) AS exit
      FROM numbered GROUP BY user, session`,
    format: 'json',
  },
  enrich: {
    select: `
      SELECT id, name, category, quantity * cents AS totalCents
      FROM ${json(`id: 'BIGINT', product: 'VARCHAR', quantity: 'BIGINT'`)}
      JOIN read_csv(${quote(table)}, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
        columns = {product: 'VARCHAR', name: 'VARCHAR', category: 'VARCHAR', cents: 'BIGINT'}) USING (product)
      WHERE totalCents >= ${leastCents}`,
    format: 'csv',
  },
}

const query = queries[workload]
if (query === undefined) throw new Error(`no workload ${workload}`)
const { DuckDBInstance } = peer('duckdb')
const database = await DuckDBInstance.create(':memory:', { threads: String(workers) })
const connection = await database.connect()
await connection.run(`COPY (${query.select}) TO ${quote(output)} (FORMAT ${query.format})`)
connection.closeSync()
database.closeSync()
