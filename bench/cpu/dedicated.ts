// Millrace under the strategy `dedicated`: source, work and sum on a worker each, so the work never runs twice at a time.

import { under } from './strategy.ts'

export const prepare = under('dedicated')
