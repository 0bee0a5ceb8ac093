export * from './spawn-by.ts'
