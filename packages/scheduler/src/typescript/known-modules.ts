/**
 * What tsx made of the modules that the threads of a program have imported: workers that are started later are given it, and
 * need no tsx to load the same. Called by `register.ts`, and by whoever starts a thread.
 */

import {
  BroadcastChannel,
  getEnvironmentData,
  isMainThread,
  type MessagePort,
  receiveMessageOnPort,
  setEnvironmentData,
} from 'node:worker_threads'

/** What a resolve hook gives. */
export interface Resolved {
  readonly url: string
  readonly format?: string | null | undefined
  readonly shortCircuit?: boolean
}

const KEY = 'millrace.modules'

/** What a load hook gives. */
export interface Loaded {
  readonly format: string
  readonly source: string | Uint8Array
  readonly shortCircuit?: boolean
}

/** Modules, as the hooks gave them. */
export interface KnownModules {
  /** By `resolutionKey`. */
  readonly resolved: ReadonlyMap<string, Resolved>
  /** By URL. */
  readonly loaded: ReadonlyMap<string, Loaded>
}

/** What the hooks tell of a module. */
export type ModuleNews =
  | { readonly kind: 'resolved'; readonly key: string; readonly resolved: Resolved }
  | { readonly kind: 'loaded'; readonly url: string; readonly loaded: Loaded }

/** Whether tsx makes an ES module of it. */
export function isTypeScript(url: string): boolean {
  return /\.m?tsx?(?:\?|$)/.test(url)
}

/** Names what one module imports by a specifier. */
export function resolutionKey(specifier: string, parent: string): string {
  return `${parent} ${specifier}`
}

/** Where the hooks of all threads tell their news, within the process. */
export const NEWS = 'millrace.modules'

/** What this thread has learned, and from where. */
interface Learned {
  readonly resolved: Map<string, Resolved>
  readonly loaded: Map<string, Loaded>
  readonly news: BroadcastChannel
  /** Whether something was learned since modules were last handed over. */
  hasMore: boolean
}

/** On the global object: a thread's entry and the library that it loads later have a copy of this module each. */
const LEARNED = Symbol.for('millrace.learned')

/** Hears from now on what the hooks of all threads tell. Idempotent. */
export function learnModules(): void {
  learned()
}

function learned(): Learned {
  const shared = globalThis as { [LEARNED]?: Learned }
  if (shared[LEARNED] === undefined) {
    const news = new BroadcastChannel(NEWS)
    const all: Learned = { resolved: new Map(), loaded: new Map(), news, hasMore: false }
    news.onmessage = (event) => learn(all, (event as { readonly data: ModuleNews }).data)
    news.unref()
    shared[LEARNED] = all
  }
  return shared[LEARNED]
}

function learn(all: Learned, message: ModuleNews): void {
  if (message.kind === 'resolved') all.resolved.set(message.key, message.resolved)
  else all.loaded.set(message.url, message.loaded)
  all.hasMore = true
}

/** Gives workers that are started from now on what has been learned. */
export function handOverModules(): void {
  const all = learned()
  // what has arrived while this thread was busy
  // Node takes a channel as well, which its types do not say
  const news = all.news as unknown as MessagePort
  for (let told = receiveMessageOnPort(news); told !== undefined; told = receiveMessageOnPort(news)) {
    learn(all, told.message as ModuleNews)
  }
  if (!all.hasMore) return
  all.hasMore = false
  const { resolved, loaded } = all
  setEnvironmentData(KEY, { resolved, loaded } satisfies KnownModules as never)
}

/** What this thread was given when it was started. */
export function knownModules(): KnownModules | undefined {
  return isMainThread ? undefined : (getEnvironmentData(KEY) as KnownModules | undefined)
}
