// Hosts with a network of their own, on one machine: a namespace for each, a cable from it to the server's. Needs root and
// iproute2. Everything made has the process's id in its name, and is removed.

import { spawnSync } from 'node:child_process'

/** How a host is cut off: by the cable, or in one direction only. */
export const CUTS = ['cable', 'from the host', 'to the host'] as const
export type Cut = (typeof CUTS)[number]

/** Why there are no namespaces here; `undefined` if there are. */
export function reasonAgainstNamespaces(): string | undefined {
  const name = `mr${process.pid}t`
  try {
    ip('netns', 'add', name)
    ip('netns', 'del', name)
    return undefined
  } catch (error) {
    return `network namespaces need root and iproute2 (${error instanceof Error ? error.message : error})`
  }
}

/** A host's place in the network. */
export interface Place {
  /** What a program there is started by. */
  readonly prefix: readonly string[]
  /** The server's address, as seen from there. */
  readonly address: string
  cut(how: Cut): void
  heal(): void
}

export class Network {
  readonly #hub = `mr${process.pid}`
  readonly #names: string[] = []

  constructor() {
    this.#add(this.#hub)
  }

  /** What a server is started by. */
  get hub(): readonly string[] {
    return inside(this.#hub)
  }

  place(): Place {
    const at = this.#names.length
    const name = `${this.#hub}h${at}`
    const [hubEnd, hostEnd] = [`mra${at}`, `mrb${at}`]
    const [hubAddress, hostAddress] = [`10.231.${at}.1`, `10.231.${at}.2`]
    this.#add(name)
    ip('link', 'add', hubEnd, 'netns', this.#hub, 'type', 'veth', 'peer', 'name', hostEnd, 'netns', name)
    ip('-n', this.#hub, 'addr', 'add', `${hubAddress}/30`, 'dev', hubEnd)
    ip('-n', name, 'addr', 'add', `${hostAddress}/30`, 'dev', hostEnd)
    ip('-n', this.#hub, 'link', 'set', hubEnd, 'up')
    ip('-n', name, 'link', 'set', hostEnd, 'up')
    let heal = (): void => {}
    const swallow = (where: string, address: string): void => {
      ip('-n', where, 'route', 'add', 'blackhole', `${address}/32`)
      heal = () => ip('-n', where, 'route', 'del', 'blackhole', `${address}/32`)
    }
    return {
      prefix: inside(name),
      address: hubAddress,
      cut: (how) => {
        if (how === 'from the host') swallow(name, hubAddress)
        else if (how === 'to the host') swallow(this.#hub, hostAddress)
        else {
          ip('-n', name, 'link', 'set', hostEnd, 'down')
          heal = () => ip('-n', name, 'link', 'set', hostEnd, 'up')
        }
      },
      heal: () => {
        heal()
        heal = () => {}
      },
    }
  }

  #add(name: string): void {
    ip('netns', 'add', name)
    this.#names.push(name)
    ip('-n', name, 'link', 'set', 'lo', 'up')
  }

  /** Removes all of it. Programs in there must have ended. */
  remove(): void {
    for (const name of this.#names) spawnSync('ip', ['netns', 'del', name])
  }
}

function inside(name: string): readonly string[] {
  return ['ip', 'netns', 'exec', name]
}

function ip(...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr.trim()}`)
}
