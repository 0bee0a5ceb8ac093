import { fromIterable } from 'millrace/terms'

fromIterable([1]).pipe(fromIterable([2]))
