// Parameters by a standard schema, as zod, valibot and arktype make them.
import { graph, type StandardSchema } from 'millrace'
import { fromIterable } from 'millrace/terms'
import { same } from '../same.ts'

const schema: StandardSchema<{ port: string }, { port: number }> = {
  '~standard': {
    version: 1,
    vendor: 'own',
    validate: (value) => ({ value: { port: Number((value as { port: string }).port) } }),
  },
}
const job = graph(import.meta.url, { params: schema }, (params) => {
  same<typeof params, { port: number }>()
  return fromIterable([params.port])
})
job({ port: '8080' })
