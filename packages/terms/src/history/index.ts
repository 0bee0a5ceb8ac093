export * from './with-history.ts'
