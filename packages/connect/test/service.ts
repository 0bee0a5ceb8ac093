/** Which servers the tests find, and what becomes of the tests if there is none. Not published. */

import { connect } from 'node:net'

/** A server that tests use. */
export interface Service {
  /** What messages call it: `Redis`. */
  readonly name: string
  readonly host: string
  readonly port: number
}

const LOOPBACK = '127.0.0.1'

/** Where the servers are; `MILLRACE_REDIS=127.0.0.1:6380` and the like say otherwise. */
export const services = {
  postgres: service('PostgreSQL', 'MILLRACE_POSTGRES', 5432),
  mysql: service('MariaDB', 'MILLRACE_MYSQL', 3306),
  redis: service('Redis', 'MILLRACE_REDIS', 6379),
  nats: service('NATS', 'MILLRACE_NATS', 4222),
  rabbitmq: service('RabbitMQ', 'MILLRACE_RABBITMQ', 5672),
  mqtt: service('Mosquitto', 'MILLRACE_MQTT', 1883),
} as const

function service(name: string, variable: string, port: number): Service {
  const { hostname, port: named } = new URL(`tcp://${(process.env[variable] ?? '').replace(/^\w+:\/\//, '')}`)
  return { name, host: hostname || LOOPBACK, port: named === '' ? port : Number(named) }
}

/** Whether it answers; says so if it does not. @throws if it does not and must. */
export async function answers({ name, host, port }: Service): Promise<boolean> {
  const does = await new Promise<boolean>((resolve) => {
    const socket = connect(port, host)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
  if (does) return true
  if (process.env['MILLRACE_SERVICES'] === 'required') {
    throw new Error(`no ${name} answers at ${host}:${port}, and MILLRACE_SERVICES is "required"`)
  }
  console.warn(`left out: tests on ${name}; no server answers at ${host}:${port}`)
  return false
}
