/** Which files this process holds open: how tests see that a source let go of its file. Linux only. */

import { readdirSync, readlinkSync } from 'node:fs'

const DESCRIPTORS = '/proc/self/fd'

/** The open files below `folder`; `undefined` where the system does not tell. */
export function openFilesIn(folder: string): string[] | undefined {
  if (process.platform !== 'linux') return undefined
  const targets = readdirSync(DESCRIPTORS).map((fd) => {
    try {
      return readlinkSync(`${DESCRIPTORS}/${fd}`)
    } catch {
      return '' // the descriptor of the listing itself is gone by now
    }
  })
  return targets.filter((target) => target.startsWith(folder))
}
