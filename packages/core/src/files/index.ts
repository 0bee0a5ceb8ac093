export { FileLock } from './file-lock.ts'
export { freePort } from './free-port.ts'
export { type Holder, holderOf, isAlive, isElsewhere, nameOf, thisHolder } from './holder.ts'
export { syncFolder, writeWhole } from './whole-file.ts'
