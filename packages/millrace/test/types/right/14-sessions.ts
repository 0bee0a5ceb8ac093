// Visits to a site, from the first click to the last.
import type { Term } from 'millrace'
import { collectOf, countOf, countWindow, fromIterable, map, sessionWindow } from 'millrace/terms'
import { same } from '../same.ts'

const clicks = fromIterable([{ user: 'ada', path: '/', at: 0 }])
const visits = clicks.pipe(
  sessionWindow({
    gapMs: 1_800_000,
    time: (click) => click.at,
    key: (click) => click.user,
    aggregate: collectOf<{ user: string; path: string; at: number }>(),
  }),
  map(({ key, start, end, value }) => ({ user: key, ms: end - start, paths: value.map(({ path }) => path) })),
)
same<typeof visits, Term<never, { user: string; ms: number; paths: string[] }>>()

const fives = clicks.pipe(
  countWindow({ size: 5, aggregate: countOf() }),
  map(({ value }) => value),
)
same<typeof fives, Term<never, number>>()
