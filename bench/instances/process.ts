// Programs that look at nobody.

import { programs } from './programs.ts'

export const prepare = programs('process')
