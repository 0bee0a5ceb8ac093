/**
 * What can be chosen of a run over hosts. Read by `run` and by `millrace run`; loads nothing, and names no type of
 * `@millrace/cluster`, which not everyone installs.
 */

/** Options of strategy `distributed`. See docs/cluster.md. */
export interface DistributedOptions {
  readonly strategy: 'distributed'
  /** Processes that are started on this machine as hosts. Default 2; 0 where they are started elsewhere. */
  readonly hosts?: number
  /** Addresses of NATS servers. Default: a server of the run's own, if `nats-server` is on the path. */
  readonly servers?: readonly string[]
  /**
   * The name of the run: hosts elsewhere join it by this, and the next start with it goes on with the run. Default: one by
   * chance, and the run's streams are removed when it has ended. Those of a program that is killed stay on `servers`:
   * `millrace clean RUN`, by the name in its first `notice`.
   */
  readonly run?: string
  /** Labels of the hosts that are started here, for terms that ask for them with `on()`. Default: none. */
  readonly labels?: readonly string[]
  /** Milliseconds from one commit of a task to the next. Default 250. */
  readonly commitMs?: number
  /** Milliseconds without an answer from the servers after which the run is given up. Default: it waits for them. */
  readonly giveUpMs?: number
  /** The file of credentials, as `nsc` writes it. Default: none is shown. */
  readonly creds?: string
  /** The file with the seed of an nkey. Default: none is shown. */
  readonly nkey?: string
  /** The file with the certificates of whoever signs the servers'. Default: Node's. */
  readonly tlsCa?: string
  /** The file with the certificate to show. Default: none is shown. */
  readonly tlsCert?: string
  /** The file with its key. */
  readonly tlsKey?: string
}

/** Why a run was cancelled, if that was `millrace cancel`. */
export const BY_COMMAND = 'by a command elsewhere'

/** Hosts that are started where nothing is said. */
export const DEFAULT_HOSTS = 2
