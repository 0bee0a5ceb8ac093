// The options that the scaling suite takes for itself: --terms, --items, --body, --strategies, --workers. Called by suite.ts.

import type { OwnOptions } from '../harness/contracts.ts'

/** What was asked for; absent: as the suite has it. */
export interface ScalingOptions {
  readonly terms?: readonly number[]
  readonly items?: number
  /** `us`: what a term takes per item, in µs. */
  readonly body?: { readonly kind: 'light' } | { readonly kind: 'cpu'; readonly us: number }
  readonly strategies?: readonly string[]
  readonly workers?: number
}

/** @throws Error that says what is wrong with one. */
export function readOptions(
  { terms, items, body, strategies, workers }: OwnOptions,
  known: readonly string[],
): ScalingOptions {
  return {
    ...(terms === undefined ? {} : { terms: terms.split(',').map((text) => count('terms', text)) }),
    ...(items === undefined ? {} : { items: count('items', items) }),
    ...(body === undefined ? {} : { body: bodyOf(body) }),
    ...(strategies === undefined ? {} : { strategies: namesOf(strategies, known) }),
    ...(workers === undefined ? {} : { workers: count('workers', workers) }),
  }
}

function count(name: string, text: string): number {
  const value = Number(text)
  if (text !== '' && Number.isSafeInteger(value) && value >= 1) return value
  throw new Error(`--${name} takes whole numbers from 1 up, not "${text}"`)
}

function bodyOf(text: string): NonNullable<ScalingOptions['body']> {
  if (text === 'light') return { kind: 'light' }
  const us = Number(/^cpu:([\d.]+)us$/.exec(text)?.[1])
  if (us > 0) return { kind: 'cpu', us }
  throw new Error(`--body takes light, or cpu:20us for 20 µs an item, not "${text}"`)
}

function namesOf(text: string, known: readonly string[]): string[] {
  const names = text.split(',')
  const wrong = names.find((name) => !known.includes(name))
  if (wrong === undefined) return names
  throw new Error(`--strategies: there is no "${wrong}"; there are ${known.join(', ')}`)
}
