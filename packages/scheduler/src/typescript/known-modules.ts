/**
 * What tsx made of the modules that a program has imported: workers are given it, and need no tsx to load the same.
 * Called by `register.ts`, and by whoever starts a thread.
 */

import {
  getEnvironmentData,
  isMainThread,
  type MessagePort,
  receiveMessageOnPort,
  setEnvironmentData,
} from 'node:worker_threads'
import type { Resolved } from './as-module.ts'

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

/** What this thread has learned, and from where. */
interface Learned {
  readonly resolved: Map<string, Resolved>
  readonly loaded: Map<string, Loaded>
  news: MessagePort | undefined
}

/** On the global object: a thread's entry and the library that it loads later have a copy of this module each. */
const LEARNED = Symbol.for('millrace.learned')

function learned(): Learned {
  const shared = globalThis as { [LEARNED]?: Learned }
  shared[LEARNED] ??= { resolved: new Map(), loaded: new Map(), news: undefined }
  return shared[LEARNED]
}

/** Hears from the hooks of this thread. */
export function learnFrom(port: MessagePort): void {
  learned().news = port
  port.unref()
}

/** Gives workers that are started from now on what has been learned. */
export function handOverModules(): void {
  const { resolved, loaded, news } = learned()
  if (news === undefined) return
  let isNew = false
  for (let told = receiveMessageOnPort(news); told !== undefined; told = receiveMessageOnPort(news)) {
    const message = told.message as ModuleNews
    if (message.kind === 'resolved') resolved.set(message.key, message.resolved)
    else loaded.set(message.url, message.loaded)
    isNew = true
  }
  if (isNew) setEnvironmentData(KEY, { resolved, loaded } satisfies KnownModules as never)
}

/** What this thread was given when it was started. */
export function knownModules(): KnownModules | undefined {
  return isMainThread ? undefined : (getEnvironmentData(KEY) as KnownModules | undefined)
}
