/** Goal: workers that steal keep the contract. */

import { contract } from '../contract.case.ts'

for (const workers of [1, 2, 5]) contract({ strategy: 'work-stealing', workers }, { graphs: 25 })
contract({ strategy: 'work-stealing', workers: 3, stateful: 'workers' }, { graphs: 25 })
contract({ strategy: 'work-stealing', workers: 3, adaptive: true }, { graphs: 25 })
