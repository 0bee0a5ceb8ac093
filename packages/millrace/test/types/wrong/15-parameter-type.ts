import { graph } from 'millrace'
import { fromIterable } from 'millrace/terms'

const job = graph(import.meta.url, { params: { count: 1 } }, ({ count }) => fromIterable([count]))
job({ count: true })
