// Programs that share the machine: what a user gets who sets nothing.

import { programs } from './programs.ts'

export const prepare = programs('machine')
