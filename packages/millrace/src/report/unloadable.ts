/** Says in one line why a module of the user's cannot be imported, and where. Called by `load-module.ts`. */

import { execFile } from 'node:child_process'
import { extname } from 'node:path'
import { messageOf } from '@millrace/core'
import { shortPath } from './frame.ts'
import { reasonOf } from './reason.ts'

/** The compiler of TypeScript, esbuild, is a process with threads of its own, which ends with a trace where it gets none. */
const NO_THREADS =
  'The system allows too few threads to compile TypeScript: raise the limit (ulimit -u), or compile the module to JavaScript.'

/** `file:line: message`, as far as it can be found out. */
export async function whyUnloadable(path: string, error: unknown): Promise<string> {
  const [, missing] = /^Cannot find package '(.+?)'/.exec(messageOf(error)) ?? []
  if (missing !== undefined) return `${reasonOf(error)}. Is it installed? If not: npm install ${missing}`
  const reason = reasonOf(error)
  if (/\bEAGAIN\b|^The service was stopped/.test(messageOf(error))) return `${reason}. ${NO_THREADS}`
  const isPlaced = /^\S+:\d+: /.test(reason)
  if (!(error instanceof SyntaxError) || isPlaced || !/^\.[cm]?js$/.test(extname(path))) return reason
  const line = await lineOfSyntaxError(path)
  return line === undefined ? reason : `${shortPath(path)}:${line}: ${reason}`
}

/** V8 tells the place of a syntax error in an ES module to nobody but the terminal: so Node is asked to check the file. */
function lineOfSyntaxError(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--check', path], { timeout: 5000 }, (_error, _stdout, stderr) => {
      const [, line] = /^\S.*:(\d+)$/m.exec(stderr) ?? []
      resolve(line)
    })
  })
}
