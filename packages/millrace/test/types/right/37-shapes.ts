// Terms that change the shape of a stream keep the types of what goes through.
import type { Term } from 'millrace'
import {
  batch,
  deduplicate,
  defaultIfEmpty,
  distinctUntilChanged,
  endWith,
  expand,
  first,
  flatMap,
  fromIterable,
  map,
  pairwise,
  sortBy,
  switchMap,
  takeWhile,
  topBy,
  unbatch,
  withHistory,
} from 'millrace/terms'
import { same } from '../same.ts'

const words = fromIterable(['to', 'be']).pipe(
  takeWhile((word) => word !== '.'),
  distinctUntilChanged(),
  deduplicate((word) => word),
  sortBy((word) => word.length),
)
same<typeof words, Term<never, string>>()
const steps = words.pipe(
  pairwise(),
  map(([before, now]) => now.length - before.length),
  withHistory({ items: 3 }, (n, history) => n - history.at(0)),
)
same<typeof steps, Term<never, number>>()
const letters = words.pipe(
  batch(2),
  unbatch(),
  flatMap((word) => [...word]),
  switchMap((letter) => [{ letter }]),
)
same<typeof letters, Term<never, { letter: string }>>()
const tree = fromIterable([{ children: [] as readonly { id: number }[], id: 1 }]).pipe(
  map((node): { id: number } => node),
  expand((node) => (node.id < 9 ? [{ id: node.id + 1 }] : [])),
  topBy(3, (node) => node.id),
)
same<typeof tree, Term<never, { id: number }>>()
const ends = steps.pipe(first(), endWith('end'), defaultIfEmpty(null))
same<typeof ends, Term<never, number | string | null>>()
