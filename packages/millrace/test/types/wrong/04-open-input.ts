import { run } from 'millrace'
import { map } from 'millrace/terms'

run(map((n: number) => n + 1))
