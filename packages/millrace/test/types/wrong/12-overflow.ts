import { map } from 'millrace/terms'

map((n: number) => n).edge({ overflow: 'drop' })
