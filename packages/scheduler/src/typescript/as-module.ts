/**
 * Makes every `.ts` file an ES module, also where no package.json says `"type": "module"`.
 *
 * tsx would make it CommonJS there, and with it all that it imports: the user's terms would be made by a second copy
 * of Millrace. Used by `register.ts`, and on Node 20 by `hooks.ts`.
 */

import { isTypeScript, type Resolved } from './known-modules.ts'

/** The hook below in the chain. */
export type ResolveNext<Result> = (specifier: string, context: unknown) => Result

/**
 * The same file as an ES module, if it is TypeScript. `.cts` says by its name that it is none.
 * @param isNative whether Node strips the types, which it does only where the format says that there are some
 */
export function asModule(resolved: Resolved, isNative = false): Resolved {
  const format = isNative ? 'module-typescript' : 'module'
  return isTypeScript(resolved.url) ? { ...resolved, format } : resolved
}
