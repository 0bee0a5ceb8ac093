import { fromIterable, map } from 'millrace/terms'

fromIterable([1]).pipe(map((text: string) => text.length))
