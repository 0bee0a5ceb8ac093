// `enrich`: orders with their products, the large ones.

import { graph, parallel } from 'millrace'
import { csv, enrich, filter, map, ndjson, writeCsv } from 'millrace/terms'
import { leastCents, type PathsWithTable } from './task.ts'

const orderFields = { id: 'number', product: 'string', quantity: 'number' } as const
const productFields = { product: 'string', name: 'string', category: 'string', cents: 'number' } as const

export default graph(import.meta.url, ({ input, table, output }: PathsWithTable) =>
  parallel({
    items: ndjson(input, { fields: orderFields }),
    table: csv(table, { fields: productFields }),
  }).pipe(
    enrich({ key: { items: (order) => order.product, table: (row) => row.product } }),
    map(({ item, row }) => ({
      id: item.id,
      name: row.name,
      category: row.category,
      totalCents: item.quantity * row.cents,
    })),
    filter(({ totalCents }) => totalCents >= leastCents),
    writeCsv(output, { columns: ['id', 'name', 'category', 'totalCents'] }),
  ),
)
