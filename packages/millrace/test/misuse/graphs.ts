/** Sources of small graph modules that the cases of the misuse corpus are made of. */

/** A module that exports a graph of `body`, which gives a term; `terms` are imported. */
export function graphOf(body: string, terms = 'fromIterable, map, filter, print, forEach'): string {
  return `import { graph } from 'millrace'
import { ${terms} } from 'millrace/terms'
export default graph(import.meta.url, (params) => ${body})
`
}

/** Prints 1, 2 and 3. */
export const numbers = graphOf('fromIterable([1, 2, 3]).pipe(print())')

/** A graph whose function is `f`, over 1 to 6; what comes out is printed. */
export function mapping(f: string): string {
  return graphOf(`fromIterable([1, 2, 3, 4, 5, 6]).pipe(map(${f}), print())`)
}
