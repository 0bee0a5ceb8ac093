// Millrace under one strategy. Called by the contenders that are strategies; the graph is the same for all.

import type { Strategy } from 'millrace'
import type { Prepare } from '../harness/contracts.ts'
import { onlyOutput } from '../shared/answer.ts'
import spinGraph from '../shared/spin-graph.ts'
import { cpu, workers } from './contract.ts'

export function under(strategy: Strategy): Prepare {
  const scheduler = strategy === 'inline' || strategy === 'dedicated' ? { strategy } : { strategy, workers }
  return cpu(({ items, steps }) => ({ run: () => onlyOutput(spinGraph({ items, steps }), scheduler) }))
}
