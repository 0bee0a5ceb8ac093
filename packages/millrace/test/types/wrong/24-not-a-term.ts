import { fromIterable } from 'millrace/terms'

fromIterable([1]).pipe((n: number) => n + 1)
