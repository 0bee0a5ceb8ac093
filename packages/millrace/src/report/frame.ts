/** Finds the line of the user's code in a stack. Called where errors are reported; never throws. */

import { createRequire } from 'node:module'
import { dirname, isAbsolute, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const FRAME = /^\s+at (?:.*? \()?(?:async )?((?:file:\/\/)?[^()]+?):(\d+):(\d+)\)?$/

/** Where Millrace's own code lies: the built and, through source maps, the written one. */
const own: readonly string[] = ownFolders()

function ownFolders(): string[] {
  const { resolve } = createRequire(import.meta.url)
  const folders = ['millrace', '@millrace/core', '@millrace/scheduler', '@millrace/terms'].map((name) =>
    dirname(resolve(`${name}/package.json`)),
  )
  return folders.flatMap((folder) => ['dist', 'src'].map((part) => `${folder}${sep}${part}${sep}`))
}

/** `file:line` of the innermost frame outside of Node, of packages and of Millrace; undefined if there is none. */
export function userFrame(error: unknown): string | undefined {
  const stack = stackOf(error)
  for (const line of stack.split('\n')) {
    const [, place, row] = FRAME.exec(line) ?? []
    const path = place === undefined ? undefined : pathOf(place)
    if (path === undefined || own.some((folder) => path.startsWith(folder))) continue
    return `${shortPath(path)}:${row}`
  }
  return undefined
}

function stackOf(error: unknown): string {
  try {
    // the text is made now, of a message that may be a getter
    return error instanceof Error && typeof error.stack === 'string' ? error.stack : ''
  } catch {
    return ''
  }
}

function pathOf(place: string): string | undefined {
  let path = place
  if (place.startsWith('file:')) {
    try {
      path = fileURLToPath(place.replace(/\?.*$/, ''))
    } catch {
      return undefined
    }
  }
  return isAbsolute(path) && !path.includes(`${sep}node_modules${sep}`) ? path : undefined
}

/** The path from the working directory if the file is in it, else as it is. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short
}
