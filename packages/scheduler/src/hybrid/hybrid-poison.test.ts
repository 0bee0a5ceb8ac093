/** Goal: under `hybrid`, what ends or blocks a worker of the pool costs its own item and no more. */

import { survivesPoison } from '../poison.case.ts'

survivesPoison({ strategy: 'hybrid' })
