/** `moduleTerm`: a term whose function is an export of a module, so that any thread can load it by itself. */

import type { Context } from '../contracts.ts'
import { BadInputError, describe, messageOf } from '../errors.ts'
import { FunctionTerm } from './function-term.ts'
import type { Awaitable } from './source-term.ts'

/** Options of {@link moduleTerm}. */
export interface ModuleTermOptions {
  /** Name of the exported function. Default `default`. */
  readonly export?: string
  /** Calls under way at most, if the function is async. Default 1. */
  readonly concurrency?: number
  /** Whether concurrent results leave in input order. Default true. */
  readonly ordered?: boolean
}

type ModuleFunction<In, Out> = (item: In, ctx: Context<unknown, Out>) => Awaitable<Out | undefined>

/** The class behind {@link moduleTerm}. */
export class ModuleTerm<in In, out Out> extends FunctionTerm<In, Out> {
  /** The module's address. */
  readonly url: string
  /** The export's name. */
  readonly exportName: string
  override readonly concurrency: number
  override readonly ordered: boolean
  #f: ModuleFunction<In, Out> | undefined

  constructor(url: URL | string, options: ModuleTermOptions) {
    super()
    this.url = String(url)
    this.exportName = options.export ?? 'default'
    this.concurrency = options.concurrency ?? 1
    this.ordered = options.ordered ?? true
    this.name = baseName(this.url)
  }

  /** Imports the module. @throws {BadInputError} if it cannot be loaded or exports no such function. */
  override async enter(): Promise<void> {
    let module: Readonly<Record<string, unknown>>
    try {
      module = (await import(this.url)) as Readonly<Record<string, unknown>>
    } catch (cause) {
      throw new BadInputError(`Module ${this.url} cannot be loaded: ${messageOf(cause)}`, { cause })
    }
    const f = module[this.exportName]
    if (typeof f !== 'function') {
      throw new BadInputError(
        `Module ${this.url} exports no function "${this.exportName}" (it is ${describe(f)}). ` +
          `It exports: ${Object.keys(module).join(', ') || 'nothing'}.`,
      )
    }
    this.#f = f as ModuleFunction<In, Out>
  }

  override f(item: In, ctx: Context<unknown, Out>): Awaitable<Out | undefined> {
    return (this.#f as ModuleFunction<In, Out>)(item, ctx)
  }
}

function baseName(url: string): string {
  const file = url.slice(url.lastIndexOf('/') + 1).replace(/\?.*$/, '')
  return file.replace(/\.[cm]?[jt]s$/, '') || 'module'
}

/**
 * A term that loads its function from a module: `moduleTerm(new URL('./ocr.js', import.meta.url))`.
 *
 * The function gets `(item, ctx)` and returns the output, `undefined` for none, or a promise. Because the module
 * is loaded wherever the term runs, no graph module is needed around it.
 *
 * @example
 * ```ts
 * import { moduleTerm } from 'millrace'
 * import { fromIterable, toArray } from 'millrace/terms'
 *
 * const extension = moduleTerm<string, string>('node:path', { export: 'extname' })
 * console.log(await toArray(fromIterable(['a.ts', 'b.json']).pipe(extension))) // [ '.ts', '.json' ]
 * ```
 */
export function moduleTerm<In, Out>(url: URL | string, options: ModuleTermOptions = {}): ModuleTerm<In, Out> {
  return new ModuleTerm(url, options)
}
