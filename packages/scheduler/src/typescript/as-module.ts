/**
 * A hook that makes every `.ts` file an ES module, also where no package.json says `"type": "module"`.
 *
 * tsx would make it CommonJS there, and with it all that it imports: the user's terms would be made by a second copy
 * of Millrace. Used by `register.ts`; on Node 20 it is loaded into the thread that Node runs hooks on.
 */

/** What a resolve hook gives. */
export interface Resolved {
  readonly url: string
  readonly format?: string | null | undefined
}

/** The hook below in the chain. */
export type ResolveNext<Result> = (specifier: string, context: unknown) => Result

/** The same file as an ES module, if it is TypeScript. `.cts` says by its name that it is none. */
export function asModule(resolved: Resolved): Resolved {
  return /\.m?tsx?(?:\?|$)/.test(resolved.url) ? { ...resolved, format: 'module' } : resolved
}

/** What Node calls on its hooks thread. */
export async function resolve(
  specifier: string,
  context: unknown,
  next: ResolveNext<Promise<Resolved>>,
): Promise<Resolved> {
  return asModule(await next(specifier, context))
}
