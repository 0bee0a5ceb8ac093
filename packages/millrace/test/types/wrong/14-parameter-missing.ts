import { graph } from 'millrace'
import { lines } from 'millrace/terms'

const job = graph(import.meta.url, ({ file }: { file: string }) => lines(file))
job({})
