export * from './line-parser.ts'
export * from './line-splitter.ts'
export * from './string-diff.ts'
