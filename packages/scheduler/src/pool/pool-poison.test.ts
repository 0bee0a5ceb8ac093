/** Goal: under `pool`, with threads and with processes, what ends or blocks a worker costs its own item and no more. */

import { survivesPoison } from '../poison.case.ts'

survivesPoison({ strategy: 'pool' })
survivesPoison({ strategy: 'pool', isolation: 'process' })
