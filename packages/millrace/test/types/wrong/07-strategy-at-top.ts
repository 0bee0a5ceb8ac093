import { run } from 'millrace'
import { fromIterable } from 'millrace/terms'

run(fromIterable([1]), { strategy: 'pool' })
