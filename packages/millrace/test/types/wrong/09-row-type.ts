import { parallel } from 'millrace'
import { fromIterable, map } from 'millrace/terms'

parallel(fromIterable([1]), fromIterable(['a'])).pipe(map(([a, b]: [number, number]) => a + b))
