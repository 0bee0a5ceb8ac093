// Millrace: `mapAsync` in order; each call has a time limit, and would be made again if it failed.

import { ATTEMPTS, TIMEOUT_MS } from './contract.ts'
import { mapped } from './mapped.ts'

export const prepare = mapped({}, { timeoutMs: TIMEOUT_MS, retry: { attempts: ATTEMPTS } })
