// Millrace: `mapAsync`, results in the order of the items.

import { mapped } from './mapped.ts'

export const prepare = mapped({})
