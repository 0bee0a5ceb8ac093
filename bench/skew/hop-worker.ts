// The threads of hop-per-stage.ts: one stage of one page per message.

import { parentPort } from 'node:worker_threads'
import { type Page, stages } from './pages.ts'

parentPort?.on('message', ({ stage, page }: { readonly stage: number; readonly page: Page }) => {
  parentPort?.postMessage({ stage, page: stages[stage]?.(page) })
})
