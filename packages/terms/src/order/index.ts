export type { OrderOptions, Rank, Ranked, Ranks } from './rank.ts'
export * from './sort-by.ts'
export * from './top-by.ts'
