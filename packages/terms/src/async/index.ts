export { type ExecOptions, exec } from './exec.ts'
export * from './fetch-each.ts'
