/**
 * Notes which of its parameters a function reads. Called by `params.ts` on builds whose result is thrown away: nothing that
 * is made here may get into a graph that runs.
 *
 * The parameters become getters, so that destructuring, spreading, `JSON.stringify` and `structuredClone` see what they
 * always see; what is asked for and not there goes to a prototype that listens.
 */

/** A record that notes how it is read. */
export interface Tracked {
  readonly params: unknown
  /** Whether anything has read the parameter, by its name or with all others. */
  wasRead(name: string): boolean
  /** The names that were asked for, whether they were given or not. */
  readonly asked: ReadonlySet<string>
}

/** True for a record, the only form of parameters that can be told apart by name. */
export function isPlainRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The record with a note of what is read of it; with `isPlain`, only of what is asked for and not there. */
export function track(params: Readonly<Record<string, unknown>>, isPlain = false): Tracked {
  const asked = new Set<string>()
  const note = (name: PropertyKey): void => {
    if (typeof name === 'string' && !(name in Object.prototype) && name !== 'toJSON' && name !== 'then')
      asked.add(name)
  }
  const listening = new Proxy(Object.prototype, {
    get(target, name, receiver) {
      note(name)
      return Reflect.get(target, name, receiver)
    },
    has(target, name) {
      note(name)
      return Reflect.has(target, name)
    },
  })
  const getters = Object.keys(params).map((name): [string, PropertyDescriptor] => [
    name,
    isPlain
      ? { enumerable: true, configurable: true, writable: true, value: params[name] }
      : {
          enumerable: true,
          configurable: true,
          get() {
            asked.add(name)
            return params[name]
          },
        },
  ])
  // fromEntries, since a parameter may have the name __proto__
  const read = Object.create(listening, Object.fromEntries(getters))
  return { params: read, asked, wasRead: (name) => asked.has(name) }
}
