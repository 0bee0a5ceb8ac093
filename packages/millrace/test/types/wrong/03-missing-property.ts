import { fromIterable, map } from 'millrace/terms'

fromIterable([{ id: 1 }]).pipe(map((row) => row.name))
