/** `AnyView`: reads several views, whichever has an item. Used by the terms that take streams apart from rows. */

import type { View } from '@millrace/core'

/** An item and the port it came by; without one, the port has ended. */
export interface FromView {
  readonly name: string
  readonly item: unknown
}

/** Holds at most one item of each view. Items of one view come in order; how views interleave is open. */
export class AnyView {
  readonly #views: Readonly<Record<string, View<unknown>>>
  /** In the order in which they came. */
  readonly #arrived: FromView[] = []
  readonly #idle: string[]
  #open: number
  #failure: { readonly error: unknown } | undefined
  #wake: (() => void) | undefined
  /** The ports, in the order of the composition. */
  readonly names: readonly string[]

  constructor(views: Readonly<Record<string, View<unknown>>>) {
    this.#views = views
    this.names = Object.keys(views)
    this.#idle = [...this.names]
    this.#open = this.names.length
  }

  /** The next item of any view, or the end of one (`item` is `undefined`); `undefined` once all have ended. */
  async next(): Promise<FromView | undefined> {
    for (;;) {
      for (const name of this.#idle.splice(0)) this.#ask(name)
      if (this.#failure !== undefined) throw this.#failure.error
      const first = this.#arrived.shift()
      if (first !== undefined) {
        if (first.item === undefined) this.#open--
        else this.#idle.push(first.name)
        return first
      }
      if (this.#open === 0) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #ask(name: string): void {
    const view = this.#views[name] as View<unknown>
    view.next().then(
      (item) => {
        this.#arrived.push({ name, item })
        this.#look()
      },
      (error: unknown) => {
        this.#failure ??= { error }
        this.#look()
      },
    )
  }

  #look(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}

/** A row: an array if the ports have no names, else a record. */
export function rowOf(names: readonly string[], items: Readonly<Record<string, unknown>>): object {
  return names.every((name, at) => name === String(at))
    ? names.map((name) => items[name])
    : Object.fromEntries(names.map((name) => [name, items[name]]))
}
