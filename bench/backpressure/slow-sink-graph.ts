// The graph that every strategy of Millrace runs: the numbers and the light function. The slow sink is put behind it by
// whoever runs it, on the caller's thread.

import { graph } from 'millrace'
import { fromIterable, map } from 'millrace/terms'
import { addOne, numbers, type SourceParams } from './contract.ts'

export default graph(import.meta.url, (params: SourceParams) =>
  fromIterable(() => numbers(params)).pipe(map(addOne)),
)
