import { countOf, tumblingWindow } from 'millrace/terms'

tumblingWindow({ size: 1000, aggregate: countOf() })
