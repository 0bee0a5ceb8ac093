/** `loadClient`: the package of a system's client, loaded once a term needs it. Called by every connector. */

import { ClientMissingError } from '../errors.ts'

/**
 * What `load` imports, `() => import('pg')` say.
 *
 * @throws {ClientMissingError} if `client` is not installed.
 */
export async function loadClient<Module>(
  entry: string,
  client: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const isMissing = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(code ?? '')
    // what the client itself lacks is another matter
    if (!isMissing || !message.includes(`'${client}'`)) throw error
    throw new ClientMissingError(entry, client, error)
  }
}
