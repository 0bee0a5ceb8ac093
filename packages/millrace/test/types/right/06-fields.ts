import { csv, filter, map } from 'millrace/terms'

csv('a.csv', { fields: { ms: 'number', path: 'string' } }).pipe(
  filter((row) => row.ms > 5),
  map((row) => row.path.trim()),
)
