// An "other pipeline" as data: the steps from which each contender builds it with its own operators.
// pollution.ts lists thirty of them; contract.ts runs them.

type Fn = (value: unknown) => unknown
type Fold = (state: unknown, value: unknown) => unknown

export type Step =
  | { readonly kind: 'map'; readonly f: Fn }
  | { readonly kind: 'filter'; readonly f: (value: unknown) => boolean }
  | { readonly kind: 'scan'; readonly f: Fold; readonly seed: unknown }
  | { readonly kind: 'flatMap'; readonly f: (value: unknown) => unknown[] }

/** One other pipeline: its items go through the steps and are folded into a number. */
export interface OtherPipeline {
  readonly items: readonly unknown[]
  readonly steps: readonly Step[]
  readonly fold: (state: number, value: unknown) => number
}

// The item types are checked where a step is written and forgotten here: a contender only passes values through.
export const map = <A, B>(f: (value: A) => B): Step => ({ kind: 'map', f: f as Fn })
export const filter = <A>(f: (value: A) => boolean): Step => ({
  kind: 'filter',
  f: f as (value: unknown) => boolean,
})
export const scan = <S, A>(f: (state: S, value: A) => S, seed: S): Step => ({
  kind: 'scan',
  f: f as Fold,
  seed,
})
export const flatMap = <A, B>(f: (value: A) => B[]): Step => ({
  kind: 'flatMap',
  f: f as (value: unknown) => unknown[],
})

export const over = <A>(
  items: readonly A[],
  fold: (state: number, value: never) => number,
  ...steps: Step[]
) => ({ items, steps, fold: fold as OtherPipeline['fold'] }) satisfies OtherPipeline

/** What a pipeline must answer, by array methods: no library's call sites are touched. */
export function referenceAnswer({ items, steps, fold }: OtherPipeline): number {
  let values: unknown[] = [...items]
  for (const step of steps) {
    if (step.kind === 'map') values = values.map((value) => step.f(value))
    else if (step.kind === 'filter') values = values.filter((value) => step.f(value))
    else if (step.kind === 'flatMap') values = values.flatMap((value) => step.f(value))
    else {
      let state = step.seed
      values = values.map((value) => {
        state = step.f(state, value)
        return state
      })
    }
  }
  return values.reduce<number>((state, value) => fold(state, value), 0)
}
