/** `mistakesInScheduler`: options of `scheduler` that do not go with its strategy. Called by `run` and `surveyRun`. */

import { hostSettingNames, schedulerSettingNames } from './settings.ts'

/** A line for each option that another strategy has. */
export function mistakesInScheduler(scheduler: object | undefined): string[] {
  if (scheduler === undefined) return []
  const { strategy = 'inline' } = scheduler as { readonly strategy?: string }
  const isOverHosts = strategy === 'distributed'
  const others: readonly string[] = isOverHosts ? schedulerSettingNames : hostSettingNames
  const allowed = (isOverHosts ? hostSettingNames : schedulerSettingNames).join(', ')
  const wrong = Object.keys(scheduler).filter((name) => others.includes(name))
  return wrong.map(
    (name) => `scheduler.${name} does not go with strategy "${strategy}". Allowed there: ${allowed}.`,
  )
}
