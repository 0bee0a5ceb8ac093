// Each key's items in one place, by a chain of terms that every partition makes for itself.
import type { Term } from 'millrace'
import { fromIterable, keyBy, keyedScan, map } from 'millrace/terms'
import { same } from '../same.ts'

interface Click {
  readonly user: string
  readonly ms: number
}
const clicks: Term<never, Click> = fromIterable([{ user: 'ada', ms: 3 }])
const counts = clicks.pipe(
  keyBy(
    (click) => click.user,
    () =>
      keyedScan(
        (click: Click) => click.user,
        (count: number) => count + 1,
        0,
      ).pipe(map(({ key, value }) => `${key}: ${value}`)),
    { partitions: 8 },
  ),
)
same<typeof counts, Term<never, string>>()
