// A graph module that says how its parameters are read from text.
import { type GraphTerm, graph, type InputOf, run } from 'millrace'
import { fromIterable, map } from 'millrace/terms'
import { same } from '../same.ts'

const job = graph(
  import.meta.url,
  { params: { from: Date, days: 7, tags: (text) => text.split(','), dry: false } },
  (params) => {
    same<
      typeof params,
      { readonly from: Date; readonly days: number; readonly tags: string[]; readonly dry: boolean }
    >()
    return fromIterable(params.tags).pipe(map((tag) => ({ tag, until: params.from.getTime() + params.days })))
  },
)
export default job

const term = job({ from: '2026-11-30', tags: 'a,b' })
same<typeof term, GraphTerm<never, { tag: string; until: number }>>()
same<InputOf<typeof term>, never>()
job({ from: new Date(), tags: ['a'], days: '3', dry: true })
run(term)
