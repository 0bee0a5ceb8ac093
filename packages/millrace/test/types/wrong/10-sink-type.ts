import { fromIterable, writeLines } from 'millrace/terms'

fromIterable([1]).pipe(writeLines('out.txt'))
