/** The parameters of a graph module on their way to the workers that build the graph. Called by placements. */

import { InvalidOptionError } from '@millrace/core'
import { type CarriedValue, carryValue, Uncarriable, type Way } from '@millrace/core/engine'

/** @throws {InvalidOptionError} if the parameters cannot be sent. */
export function carryParams(params: unknown, url: string, way: Way): CarriedValue {
  try {
    return carryValue(params, way)
  } catch (error) {
    if (!(error instanceof Uncarriable)) throw error
    throw new InvalidOptionError(
      `The parameters of graph ${url}`,
      params,
      `structured-cloneable, for workers to build the graph with (params${error.path} is ${error.what})`,
    )
  }
}
