/** What a program tells the host processes that it has started, since flags cannot hold it. */

import { BadInputError, messageOf } from '@millrace/core'
import type { RunConfig } from '../config/settings.ts'

/** Parameters and settings of a run, as the program has given them. */
export interface HostSetup {
  readonly kind: 'setup'
  /** Of the graph module, converted. */
  readonly params: unknown
  /** Settings that hold on every host. */
  readonly config: RunConfig
}

/** The setup of a program. @throws {BadInputError} if it cannot be sent. */
export function setupOf(params: unknown, config: RunConfig): HostSetup {
  const { terms, edges, batchItems, growthLimitItems, cleanupTimeoutMs, strict } = config
  const settings = { terms, edges, batchItems, growthLimitItems, cleanupTimeoutMs, strict }
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
  const setup = { kind: 'setup', params, config: given } as const
  try {
    structuredClone(setup)
  } catch (cause) {
    throw new BadInputError(
      `Parameters and settings of a run over hosts must be plain data, for hosts to get them: ${messageOf(cause)}`,
      { cause },
    )
  }
  return setup
}

/** Resolves to what the program that has started this process says. */
export function receiveSetup(): Promise<HostSetup> {
  return new Promise((resolve) => {
    const onMessage = (message: Partial<HostSetup>): void => {
      if (message.kind !== 'setup') return
      process.off('message', onMessage)
      resolve(message as HostSetup)
    }
    process.on('message', onMessage)
  })
}
