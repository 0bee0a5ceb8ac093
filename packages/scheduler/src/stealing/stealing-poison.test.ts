/** Goal: under `work-stealing`, what ends or blocks a worker costs its own item and no more. */

import { survivesPoison } from '../poison.case.ts'

survivesPoison({ strategy: 'work-stealing' })
