// `sessions`: the visits of each user.

import { graph } from 'millrace'
import { keyBy, map, ndjson, sessionise, writeNdjson } from 'millrace/terms'
import { gapMs, type Paths } from './task.ts'

const fields = { time: 'number', user: 'number', page: 'string' } as const

interface View {
  readonly time: number
  readonly user: number
  readonly page: string
}

const userOf = ({ user }: View): number => user

export default graph(import.meta.url, ({ input, output }: Paths) =>
  ndjson(input, { fields }).pipe(
    keyBy(userOf, () =>
      sessionise({ key: userOf, time: (view: View) => view.time, gapMs }).pipe(
        map(({ key, start, value: { last, items } }) => ({
          user: key,
          start,
          last,
          count: items.length,
          entry: items[0]?.page,
          exit: items.at(-1)?.page,
        })),
      ),
    ),
    writeNdjson(output),
  ),
)
