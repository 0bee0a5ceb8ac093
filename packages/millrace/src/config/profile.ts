/** Puts what a profile sets under what was set. Called by `resolve.ts` for its table, and by `run`. */

import { type Profile, profileSettings } from '@millrace/scheduler'
import type { Layer } from './layers.ts'
import type { RunConfig } from './settings.ts'

/** The profile's settings as a layer to lie over the defaults; none without a profile. */
export function profileLayers(profile: Profile | undefined): Layer[] {
  if (profile === undefined) return []
  const from = `profile:${profile}`
  return [{ config: profileSettings(profile), from, where: from }]
}

/** The config with what its profile sets, where it sets nothing itself. */
export function withProfileOf(config: RunConfig): RunConfig {
  const profile = config.scheduler?.profile
  if (profile === undefined) return config
  const given = profileSettings(profile)
  return {
    ...given,
    ...config,
    edges: { ...given.edges, ...config.edges },
    scheduler: { ...given.scheduler, ...config.scheduler },
  }
}
