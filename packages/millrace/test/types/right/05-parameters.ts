import { graph } from 'millrace'
import { fromIterable, map } from 'millrace/terms'

const job = graph(import.meta.url, { params: { count: 1, name: String } }, ({ count, name }) =>
  fromIterable([count]).pipe(map((n) => name.repeat(n))),
)
job({ name: 'a' })
