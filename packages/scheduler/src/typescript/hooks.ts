/**
 * The hooks for modules that Node 20 runs on a thread of their own. Loaded there by `register.ts`.
 *
 * On the thread that a program begins on, and in workers that were given nothing, they come after tsx. They tell what it made
 * of each of the user's modules; workers that are started later know it already, and load tsx only for other modules.
 */

import { BroadcastChannel } from 'node:worker_threads'
import { asModule, type ResolveNext } from './as-module.ts'
import type { Resolved } from './known-modules.ts'
import {
  isTypeScript,
  type KnownModules,
  type Loaded,
  type ModuleNews,
  NEWS,
  resolutionKey,
} from './known-modules.ts'

/** What the thread that registers the hooks gives them. */
export interface HookData {
  /** What was learned before this thread was started; `undefined` where tsx was registered first. */
  readonly known: KnownModules | undefined
}

interface ResolveContext {
  readonly parentURL?: string
}

type LoadNext = (url: string, context: unknown) => Promise<Loaded>

/** tsx as a loader, without a thread to register it in. */
interface Loader {
  initialize(data: object): Promise<void>
  resolve(specifier: string, context: unknown, next: ResolveNext<Promise<Resolved>>): Promise<Resolved>
  load(url: string, context: unknown, next: LoadNext): Promise<Loaded>
}

let news: BroadcastChannel | undefined
let known: KnownModules | undefined
let loader: Promise<Loader> | undefined
/** URLs of TypeScript, and of what it imports, directly or not, but for packages that are installed. */
const users = new Set<string>()

/** Called by Node when the hooks are registered. */
export function initialize(data: HookData | undefined): void {
  known = data?.known
}

function tsx(): Promise<Loader> {
  // its types are those of a module without exports
  loader ??= (import('tsx/esm' as string) as Promise<Loader>).then(async (made) => {
    await made.initialize({})
    return made
  })
  return loader
}

/** What Node asks for each import. */
export async function resolve(
  specifier: string,
  context: ResolveContext,
  next: ResolveNext<Promise<Resolved>>,
): Promise<Resolved> {
  const parent = context.parentURL ?? ''
  const isUsers = isTypeScript(parent) || users.has(parent)
  const found = known?.resolved.get(resolutionKey(specifier, parent)) ?? loadedAs(specifier)
  const result =
    found ??
    asModule(
      await (known !== undefined && (isUsers || isTypeScript(specifier))
        ? (await tsx()).resolve(specifier, context, next)
        : next(specifier, context)),
    )
  const { url, format } = result
  if ((isUsers || isTypeScript(url)) && url.startsWith('file:') && !url.includes('/node_modules/'))
    users.add(url)
  if (isUsers && found === undefined)
    tell({ kind: 'resolved', key: resolutionKey(specifier, parent), resolved: { url, format } })
  return { ...result, shortCircuit: true }
}

/** The module that a worker begins with is named by its URL. */
function loadedAs(url: string): Resolved | undefined {
  const loaded = known?.loaded.get(url)
  return loaded && { url, format: loaded.format }
}

/** What Node asks for each module. */
export async function load(url: string, context: unknown, next: LoadNext): Promise<Loaded> {
  const found = known?.loaded.get(url)
  if (found !== undefined) return { ...found, shortCircuit: true }
  if (!users.has(url)) return next(url, context)
  const loaded = known === undefined ? await next(url, context) : await (await tsx()).load(url, context, next)
  const { format, source } = loaded
  if ((format === 'module' || format === 'json') && source != null)
    tell({ kind: 'loaded', url, loaded: { format, source: textOf(source) } })
  return loaded
}

function textOf(source: string | Uint8Array): string {
  return typeof source === 'string' ? source : Buffer.from(source).toString()
}

function tell(message: ModuleNews): void {
  if (news === undefined) {
    news = new BroadcastChannel(NEWS)
    news.unref()
  }
  news.postMessage(message)
}
