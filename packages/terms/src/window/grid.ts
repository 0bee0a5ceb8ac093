/** `checkGrid`: where the windows of a tumbling or sliding term lie. Internal. */

import { InvalidOptionError } from '@millrace/core'
import { checkWhole } from '../check.ts'
import { MAX_TIME_MS } from '../event-time/options.ts'
import type { Grid } from './slices.ts'

/** @throws {InvalidOptionError} if a length is no whole number from 1 on, or windows would leave gaps. */
export function checkGrid(
  owner: string,
  { sizeMs, slideMs, offsetMs }: { sizeMs: number; slideMs: number; offsetMs: number },
): Grid {
  checkWhole(`sizeMs of ${owner}()`, sizeMs, 1)
  checkWhole(`slideMs of ${owner}()`, slideMs, 1)
  checkWhole(`offsetMs of ${owner}()`, offsetMs, Number.MIN_SAFE_INTEGER)
  if (sizeMs > MAX_TIME_MS || Math.abs(offsetMs) > MAX_TIME_MS) {
    throw new InvalidOptionError(`sizeMs or offsetMs of ${owner}()`, [sizeMs, offsetMs], 'at most 2 ** 52')
  }
  if (slideMs > sizeMs) {
    throw new InvalidOptionError(
      `slideMs of ${owner}()`,
      slideMs,
      `at most sizeMs, ${sizeMs}: no item is left out`,
    )
  }
  return { size: sizeMs, slide: slideMs, offset: offsetMs % slideMs }
}
