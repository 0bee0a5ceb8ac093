/** Goal: `millrace doctor` tells what would keep runs from working, and exits with 1 for nothing less. */

import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { millrace } from '../../test/millrace-process.ts'
import type { Finding } from '../doctor/finding.ts'
import { machineFindings, type System } from '../doctor/machine.ts'
import { serviceFindings } from '../doctor/services.ts'

const sound: System = {
  node: '20.19.0',
  read: () => undefined,
  programs: () => [],
  startThread: async () => undefined,
}

async function lookAt(system: Partial<System>): Promise<Record<string, string>> {
  const findings = await machineFindings({ ...sound, ...system })
  return Object.fromEntries(findings.map(({ what, level }) => [what, level]))
}

const limits =
  (files: number): System['read'] =>
  (path) =>
    path === '/proc/self/limits'
      ? `Max processes  99  99 processes\nMax open files  ${files}  ${files} files`
      : undefined

describe('the machine', () => {
  test.each<[string, Partial<System>, string, string]>([
    ['Node 20.18', { node: '20.18.3' }, 'Node', 'problem'],
    ['Node 18', { node: '18.20.0' }, 'Node', 'problem'],
    ['Node 24', { node: '24.1.0' }, 'Node', 'ok'],
    ['another program', { programs: () => [{ pid: 7, threads: 2 }] }, 'other programs', 'note'],
    ['no thread', { startThread: () => Promise.reject(new Error('EAGAIN')) }, 'threads', 'note'],
    ['few files', { read: limits(64) }, 'open files', 'note'],
    ['enough files', { read: limits(1024) }, 'open files', 'ok'],
    [
      'one processor by quota',
      { read: (path) => (path.endsWith('cpu.max') ? '50000 100000' : undefined) },
      'processors',
      'note',
    ],
    [
      'a small cgroup',
      { read: (path) => (path.endsWith('memory.max') ? '67108864' : undefined) },
      'heap',
      'note',
    ],
  ])('%s', async (_name, system, what, level) => {
    expect((await lookAt(system))[what]).toBe(level)
  })
})

describe('services', () => {
  const servers: Server[] = []
  const addresses: string[] = []
  const greetings = [
    'INFO {"version":"2.9.10","jetstream":true} \r\n',
    'INFO {"version":"2.9.10"} \r\n',
    'SSH-2.0 \r\n',
    'INFO {version} \r\n',
    'INFO 1 \r\n',
  ]

  beforeAll(async () => {
    for (const greeting of greetings) {
      const server = createServer((socket) => void socket.on('error', () => undefined).end(greeting))
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
      servers.push(server)
      addresses.push(`127.0.0.1:${(server.address() as { readonly port: number }).port}`)
    }
  })
  afterAll(() => {
    for (const server of servers) server.close()
  })

  test('of servers that were named each has to be a NATS server with JetStream', async () => {
    const findings = await serviceFindings(
      [...addresses, 'nats://127.0.0.1:1', 'http://[', '127.0.0.1:0'],
      true,
    )
    expect(findings.slice(0, 7).map(({ level, seen }) => [level, seen])).toEqual([
      ['ok', '2.9.10, with JetStream'],
      ['problem', '2.9.10, without JetStream'],
      ...Array(3).fill(['problem', 'what answers is no NATS server']),
      ['problem', expect.stringContaining('ECONNREFUSED')],
      ['problem', expect.stringContaining('is no address')],
    ])
  })

  test('without a server by default nothing is wrong', async () => {
    const [finding] = await serviceFindings(['nats://127.0.0.1:1'], false)
    expect(finding).toMatchObject({ level: 'ok', seen: 'not reachable' })
  })
})

test('the command prints a table, or JSON, and its exit code is 1 for a problem only', async () => {
  const well = await millrace(['doctor'])
  expect([well.code, well.stderr]).toEqual([0, ''])
  expect(well.stdout).toMatch(/^ok +Node +\d+\.\d+/)
  const ill = await millrace(['doctor', '--json', '--servers', '127.0.0.1:1'], undefined, {
    MILLRACE_WORKERS: 'many',
  })
  const findings = JSON.parse(ill.stdout) as Finding[]
  expect(ill.code).toBe(1)
  expect(findings.filter(({ level }) => level === 'problem').map(({ what }) => what)).toEqual([
    'config',
    'NATS at 127.0.0.1:1',
  ])
})
