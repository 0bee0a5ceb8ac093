import { run } from 'millrace'
import { fromIterable, map } from 'millrace/terms'

const double = map((n: number) => 2 * n)
const summary = await run(fromIterable([1]).pipe(double)).done
summary.result(double)
