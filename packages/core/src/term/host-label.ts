/** Labels of hosts, for which terms ask with `on`. Called by `Leaf`, and by the commands that start hosts. */

/** What a label of hosts may be, for messages. */
export const LABEL = 'a label of 1 to 100 characters without spaces and commas, and not "caller"'

/** Whether hosts can carry this label. `caller` is that of the command that started a run. */
export function isLabel(label: unknown): label is string {
  return typeof label === 'string' && /^[^\s,]{1,100}$/.test(label) && label !== 'caller'
}
