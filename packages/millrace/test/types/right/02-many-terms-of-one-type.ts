import { sequential } from 'millrace'
import { fromIterable, map } from 'millrace/terms'

const steps = Array.from({ length: 30 }, () => map((n: number) => n + 1))
fromIterable([1]).pipe(sequential(...steps))
