import { fromIterable, mapAsync } from 'millrace/terms'

fromIterable([1]).pipe(mapAsync(async (n) => n, { concurency: 8 }))
