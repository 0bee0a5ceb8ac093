// Programs that take no notice of one another.

import { programs } from './programs.ts'

export const prepare = programs('process')
