/** `matches`: whether a topic is one of a filter. Called for each message, since a session may hold filters of an earlier run. */

/** @param filter a topic, which may hold `+` and `#`, and begin with `$share/group/`. */
export function matches(filter: string, topic: string): boolean {
  const levels = filter.replace(/^\$share\/[^/]*\//, '').split('/')
  const names = topic.split('/')
  // topics of the broker itself are only given to those that name them
  if (topic.startsWith('$') && levels[0] !== names[0]) return false
  for (const [at, level] of levels.entries()) {
    if (level === '#') return true
    if (at >= names.length || (level !== '+' && level !== names[at])) return false
  }
  return levels.length === names.length
}
