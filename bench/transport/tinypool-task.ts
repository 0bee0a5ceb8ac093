// The tasks of tinypool.ts, by the name of the workload.

import { type Item, raise } from './contract.ts'

export const records = (chunk: readonly Item[]): Item[] => chunk.map(raise.records)
export const numeric = (chunk: readonly Item[]): Item[] => chunk.map(raise.numeric)
