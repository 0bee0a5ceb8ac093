import { csv, map } from 'millrace/terms'

csv('a.csv', { fields: { ms: 'number' } }).pipe(map((row) => row.path))
