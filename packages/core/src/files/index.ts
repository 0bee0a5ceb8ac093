export { FileLock } from './file-lock.ts'
export { freePort } from './free-port.ts'
export { syncFolder, writeWhole } from './whole-file.ts'
