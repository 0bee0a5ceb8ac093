/** `withCluster`: loads what needs `@millrace/cluster`, which not everyone installs. Called by the commands. */

import { BadInputError } from '@millrace/core'

/** What `load` imports. @throws {BadInputError} if it needs `@millrace/cluster` and that is not installed. */
export async function withCluster<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes("'@millrace/cluster'")) throw error
    throw new BadInputError(
      'Runs over hosts need the package @millrace/cluster: npm install @millrace/cluster.',
      {
        cause: error,
      },
    )
  }
}
