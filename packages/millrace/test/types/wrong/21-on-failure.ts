import { map } from 'millrace/terms'

map((n: number) => n).onFailure({ onError: 'ignore' })
