export { FileLock } from './file-lock.ts'
export { syncFolder, writeWhole } from './whole-file.ts'
