// A builder that says itself what it takes; what it gives may be named by others.
import { graph, type OutputOf } from 'millrace'
import { fromIterable, map } from 'millrace/terms'
import { same } from '../same.ts'

interface Params {
  readonly upTo: number
  readonly label?: string
}
const squares = graph(import.meta.url, ({ upTo, label = 'square' }: Params) =>
  fromIterable(Array.from({ length: upTo }, (_, n) => n)).pipe(map((n) => ({ label, square: n * n }))),
)
same<Parameters<typeof squares>, [params: Params]>()
same<OutputOf<ReturnType<typeof squares>>, { label: string; square: number }>()

const noParameters = graph(import.meta.url, () => fromIterable(['a']))
noParameters()
same<OutputOf<ReturnType<typeof noParameters>>, string>()
