import { fromIterable, map } from 'millrace/terms'

fromIterable([1]).pipe(
  map((n) => `${n}`),
  map((n: number) => n + 1),
)
