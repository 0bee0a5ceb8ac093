/** What a shell needs to know of a command. Types only. */

/** What an option or an argument takes. */
export type ValueShape =
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'file' | 'text' }

/** An option, without its dashes. */
export interface OptionShape {
  readonly short: string | undefined
  readonly long: string
  readonly meaning: string
  /** `undefined` for an option that is there or not. */
  readonly value: ValueShape | undefined
}

/** A command. */
export interface CommandShape {
  readonly name: string
  readonly meaning: string
  readonly options: readonly OptionShape[]
  readonly takes: readonly ValueShape[]
}
