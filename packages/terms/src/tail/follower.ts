/** `followerOf`: what reads a file that goes on. Called by the sources of files that grow. */

import type { FileMark } from '../source/file-mark.ts'
import type { Follow, Follower, NameOptions, NamePlace } from './contracts.ts'
import { DescriptorFollower } from './descriptor-follower.ts'
import { NameFollower } from './name-follower.ts'

/** Goes on at a place that an earlier one has told. */
export function followerOf(path: string, follow: Follow, place: unknown, options?: NameOptions): Follower {
  return follow === 'name'
    ? new NameFollower(path, place as NamePlace | undefined, options)
    : new DescriptorFollower(path, place as FileMark | undefined)
}
