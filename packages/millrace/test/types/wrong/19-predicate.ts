import { fromIterable, mapAsync, reduce } from 'millrace/terms'

fromIterable(['a']).pipe(
  reduce((sum: number, item: number) => sum + item, 0),
  mapAsync(async (n) => n),
)
