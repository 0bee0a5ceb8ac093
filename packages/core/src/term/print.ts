/**
 * Prints a term in LogicSponge's grammar. Called by `Term.toString`; works without recursion, so that ten
 * thousand nested terms print as well as two.
 */

interface Printable {
  /** A composite's kind; leaves have none. */
  readonly kind?: string
  readonly parts?: readonly Printable[]
  readonly labels?: readonly string[] | undefined
  readonly name?: string
}

/** `(Term(u); (Term(x) | Term(y)); Term(v))`; nested parentheses of one kind are flattened. */
export function printTerm(term: object): string {
  const out: string[] = []
  const work: (string | Printable)[] = [term as Printable]
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    if (typeof next === 'string') out.push(next)
    else if (next.parts === undefined || next.kind === undefined) out.push(`Term(${next.name})`)
    else if (next.kind === 'select') work.push(`.${next.labels?.[0]}`, next.parts[0] as Printable)
    else if (next.kind === 'relabel') work.push(next.parts[0] as Printable)
    else {
      const parts = flatten(next)
      const separator = next.kind === 'sequential' ? '; ' : ' | '
      if (parts.length > 1) work.push(')')
      for (let i = parts.length - 1; i >= 0; i--) {
        work.push(parts[i] as Printable)
        if (i > 0) work.push(separator)
      }
      if (parts.length > 1) work.push('(')
    }
  }
  return out.join('')
}

function flatten(composite: Printable): Printable[] {
  const flat: Printable[] = []
  const work: Printable[] = [composite]
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    if (next.kind !== composite.kind || next.parts === undefined) flat.push(next)
    else for (let i = next.parts.length - 1; i >= 0; i--) work.push(next.parts[i] as Printable)
  }
  return flat
}
