/**
 * How often each word stands in a file, counted on several hosts: each partition of the keys is a task, and hosts share
 * the tasks out among themselves. If a host is lost, another goes on where it was.
 *
 *     lines --> toWords --> keyBy word: keyedReduce (4 partitions) --> mostOften --> print
 */
import { FlatMapTerm, graph } from 'millrace'
import { flatMap, type Keyed, keyBy, keyedReduce, lines, print } from 'millrace/terms'

/** The words of a line, in small letters. */
export function toWords(line: string): string[] {
  return line.toLowerCase().match(/\p{L}+/gu) ?? []
}

/** Holds the counts back until all have come, and gives the largest, as text. */
export class MostOften extends FlatMapTerm<Keyed<string, number>, string, Keyed<string, number>[]> {
  readonly #count: number
  constructor(count: number) {
    super()
    this.#count = count
  }
  override initialState() {
    return []
  }
  override f(counted: Keyed<string, number>, ctx: { state: Keyed<string, number>[] }): string[] {
    ctx.state.push(counted)
    return []
  }
  override end(ctx: { state: Keyed<string, number>[] }) {
    const sorted = ctx.state.sort((a, b) => b.value - a.value || (a.key < b.key ? -1 : 1))
    return sorted.slice(0, this.#count).map(({ key, value }) => `${key} ${value}`)
  }
}

/** Every host is started with the same parameters: `--param top=10`. */
const params = { file: 'data/text.txt', top: 5 }

const same = (word: string) => word

export default graph(import.meta.url, { params }, ({ file, top }) =>
  lines(file).pipe(
    flatMap(toWords).named('toWords'),
    keyBy(same, () => keyedReduce(same, (count: number) => count + 1, 0), { partitions: 4 }),
    new MostOften(top),
    print(),
  ),
)
