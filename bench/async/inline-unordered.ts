// Millrace: `mapAsync`, each result as soon as it is there.

import { mapped } from './mapped.ts'

export const prepare = mapped({ ordered: false })
