/**
 * Libraries that a term needs as soon as it is made, loaded when the first such term is: every thread that loads this
 * package would pay for all of them. What is needed only once items flow is imported by the terms themselves.
 */

import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/** Timetables, for `cron`. */
export function croner(): typeof import('croner') {
  return load('croner')
}

/** JSON piece by piece, for `parseJson`. */
export function streamparser(): typeof import('@streamparser/json') {
  return load('@streamparser/json')
}
