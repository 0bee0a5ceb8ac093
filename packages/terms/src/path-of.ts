/** `pathOf`: how terms that read or write files take their names. */

import { fileURLToPath } from 'node:url'
import { InvalidOptionError } from '@millrace/core'

/**
 * The path of a file given as path or `file:` URL.
 *
 * @throws {InvalidOptionError} if it is neither.
 */
export function pathOf(owner: string, file: unknown): string {
  if (file instanceof URL && file.protocol === 'file:') return fileURLToPath(file)
  if (typeof file === 'string' && file !== '') return file
  throw new InvalidOptionError(`The file of ${owner}()`, file, 'a path or a file: URL')
}
