// The thread of workerpool.ts: workerpool wants its functions registered.

import workerpool from 'workerpool'
import { spinChunk } from './tasks.ts'

workerpool.worker({ spinChunk })
