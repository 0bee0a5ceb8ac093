/**
 * Lets a thread import TypeScript. Called by `load-module.ts` before it imports a module of the user's; a worker that
 * imports one needs the same.
 *
 * TypeScript goes through tsx where it is installed, on every version of Node. What Node 22 and 24 strip by themselves is
 * less: no enums, no parameter properties, no `.js` for a `.ts` file, no paths of a tsconfig. Where tsx is not installed
 * they strip, and Node 20 is told what to install.
 */

import * as nodeModule from 'node:module'
import { BadInputError } from '@millrace/core'
import { builtFile } from '../built-file.ts'
import { asModule, type ResolveNext } from './as-module.ts'
import type { HookData } from './hooks.ts'
import type { Resolved } from './known-modules.ts'
import { knownModules, learnModules } from './known-modules.ts'

/** Node's own hooks in the thread that imports, from 22.15 on; tsx uses them where they exist. */
interface ThreadHooks {
  registerHooks?(hooks: {
    resolve(specifier: string, context: unknown, next: ResolveNext<Resolved>): Resolved
  }): unknown
}

/** On the global object: a thread's entry and the library that it loads later have a copy of this module each. */
const REGISTERED = Symbol.for('millrace.typescript')

/** Idempotent; takes effect for what is imported after it. */
export function registerTypeScript(): Promise<void> {
  const shared = globalThis as { [REGISTERED]?: Promise<void> }
  shared[REGISTERED] ??= register()
  return shared[REGISTERED]
}

async function register(): Promise<void> {
  const { registerHooks } = nodeModule as ThreadHooks
  if (registerHooks === undefined) await registerThreaded()
  else {
    const isNative = !(await registerTsx())
    // after tsx, since of several hooks the last registered is asked first
    registerHooks({ resolve: (specifier, context, next) => asModule(next(specifier, context), isNative) })
  }
}

/** Whether tsx loads TypeScript; else Node does. @throws {BadInputError} if neither can. */
async function registerTsx(): Promise<boolean> {
  try {
    const tsx = await import('tsx/esm/api')
    tsx.register()
    return true
  } catch (error) {
    if (!isMissing(error)) throw error
    if (strips()) return false
    throw new BadInputError(
      `Node ${process.versions.node} cannot load TypeScript by itself. Install tsx (npm install --save-dev tsx), or use Node 22.18 or later.`,
      { cause: error },
    )
  }
}

function isMissing(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'ERR_MODULE_NOT_FOUND' && message.includes("'tsx'")
}

/** Whether this Node runs TypeScript by itself: it strips types, or transforms what goes beyond them. */
function strips(): boolean {
  const { typescript } = process.features as { readonly typescript?: unknown }
  return typescript === 'strip' || typescript === 'transform'
}

/** On Node 20: the hooks run on a thread of their own, where tsx would take longer to load than a worker to start. */
async function registerThreaded(): Promise<void> {
  const hooks = builtFile('typescript/hooks.js')
  const known = knownModules()
  if (known !== undefined) {
    process.setSourceMapsEnabled(true) // as tsx does
    nodeModule.register<HookData>(hooks, { data: { known } })
    return
  }
  await registerTsx()
  learnModules()
  nodeModule.register<HookData>(hooks, { data: { known: undefined } })
}
