/** Texts of JavaScript's values that every SQL server reads alike, and what would be lost in them. Called by the systems' `values.ts`. */

/** Any value as JSON. @throws {TypeError} for one that JSON has no text for, and would make `null` of. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, function (this: Record<string, unknown>, key, given: unknown) {
    const own = this[key]
    if (typeof given === 'number' && !Number.isFinite(given)) throw new TypeError(`JSON has no ${given}`)
    if (own instanceof Date && given === null) throw new TypeError('JSON has no invalid Date')
    return given
  })
  if (text === undefined) throw new TypeError(`a ${typeof value} is no JSON`)
  return text
}

/** @param isFloating the column holds floating-point numbers, as JavaScript does. @throws {TypeError} if digits are lost already. */
export function numberText(value: number, isFloating: boolean): string {
  if (!isFloating && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new TypeError('it is a number beyond 2 ** 53, where digits are lost: give a bigint, or a text')
  }
  return String(value)
}

/** The text as it is. @throws {TypeError} for one that UTF-8 cannot hold. */
export function wellFormed(text: string): string {
  if (/\p{Surrogate}/u.test(text)) {
    throw new TypeError('it holds half of a surrogate pair, which is no character')
  }
  return text
}
