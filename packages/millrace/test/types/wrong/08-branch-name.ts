import { fromIterable, id, map } from 'millrace/terms'

fromIterable([1])
  .parallel({ n: id(), square: map((n) => n * n) })
  .pipe(map(({ sqare }) => sqare))
