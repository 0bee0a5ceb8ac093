/** Goal: under `dedicated`, what ends or blocks a term's own worker costs its own item and no more. */

import { survivesPoison } from '../poison.case.ts'

survivesPoison({ strategy: 'dedicated', fallback: 'share' })
