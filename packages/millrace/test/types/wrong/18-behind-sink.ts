import { collect, fromIterable, map } from 'millrace/terms'

fromIterable([1]).pipe(
  collect<number>(),
  map((n: number) => n),
)
