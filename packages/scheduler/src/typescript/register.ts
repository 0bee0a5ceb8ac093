/**
 * Lets a thread import TypeScript. Called by `load-module.ts` before it imports a module of the user's; a worker that
 * imports one needs the same.
 *
 * TypeScript goes through tsx on every version of Node. What Node 22 and 24 strip by themselves is less (no enums, no
 * parameter properties, no `.js` for a `.ts` file, no paths of a tsconfig), and a module should not load on one
 * version only.
 */

import * as nodeModule from 'node:module'
import { MessageChannel } from 'node:worker_threads'
import { builtFile } from '../built-file.ts'
import { asModule, type Resolved, type ResolveNext } from './as-module.ts'
import type { HookData } from './hooks.ts'
import { knownModules, learnFrom } from './known-modules.ts'

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
    await registerTsx()
    // after tsx, since of several hooks the last registered is asked first
    registerHooks({ resolve: (specifier, context, next) => asModule(next(specifier, context)) })
  }
}

async function registerTsx(): Promise<void> {
  const tsx = await import('tsx/esm/api')
  tsx.register()
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
  const { port1, port2 } = new MessageChannel()
  learnFrom(port1)
  nodeModule.register<HookData>(hooks, { data: { port: port2 }, transferList: [port2] })
}
