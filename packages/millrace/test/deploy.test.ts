// The files of examples/deploy are what systemd, Docker and Kubernetes take, and say what the command line takes.

import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { millrace } from './millrace-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const deploy = fileURLToPath(new URL('../../../examples/deploy/', import.meta.url))
const text = (name: string): string => readFileSync(join(deploy, name), 'utf8')

/** The flags that a command knows. */
async function flagsOf(command: string): Promise<Set<string>> {
  const { stdout } = await millrace([command, '--help'])
  return new Set(stdout.match(/--[a-z-]+/g))
}

const flagsIn = (words: readonly string[]): string[] => words.flatMap((word) => /^--[a-z-]+/.exec(word) ?? [])

test('the unit of systemd has sections and keys, and a command with flags that there are', async () => {
  const lines = text('millrace-worker@.service')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines.filter((line) => !/^\[\w+\]$|^[A-Z]\w+=.+$/.test(line))).toEqual([])
  expect(lines.filter((line) => line.startsWith('['))).toEqual(['[Unit]', '[Service]', '[Install]'])
  const start = lines.find((line) => line.startsWith('ExecStart=')) as string
  const known = await flagsOf('worker')
  const [node, program, ...words] = start.slice('ExecStart='.length).split(' ')
  // the command itself, which takes its signals
  expect([node, program]).toEqual(['/usr/bin/node', '/srv/graphs/node_modules/millrace/bin/millrace.js'])
  expect(flagsIn(words)).toEqual(['--run', '--servers', '--creds'])
  // its user is a passing one, who can read no file of root's
  const [loaded] = lines.flatMap((line) => /^LoadCredential=([^:]+):/.exec(line)?.[1] ?? [])
  expect(words[words.indexOf('--creds') + 1]).toBe(`\${CREDENTIALS_DIRECTORY}/${loaded}`)
  expect(flagsIn(words).filter((flag) => !known.has(flag))).toEqual([])
})

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0
test.skipIf(!hasSystemd)('systemd finds nothing wrong with the unit', () => {
  const unit = join(temporaryFolder(), 'millrace-worker@x.service')
  copyFileSync(join(deploy, 'millrace-worker@.service'), unit)
  // its program need not be here
  writeFileSync(unit, readFileSync(unit, 'utf8').replace('/usr/bin/node', process.execPath))
  const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' })
  expect(stderr.split('\n').filter((line) => line.includes('millrace-worker'))).toEqual([])
})

test('the Dockerfile has instructions that there are, and ends in a command that takes its signals itself', () => {
  const instructions = text('Dockerfile')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(instructions.map((line) => line.split(' ')[0])).toEqual([
    'FROM',
    'WORKDIR',
    'COPY',
    'RUN',
    'COPY',
    'USER',
    'ENTRYPOINT',
  ])
  const [entry] = instructions.slice(-1) as [string]
  expect(JSON.parse(entry.slice('ENTRYPOINT '.length))).toEqual([
    'node',
    'node_modules/millrace/bin/millrace.js',
    'worker',
    'sums.js',
  ])
})

interface Manifest {
  readonly kind: string
  readonly spec: {
    readonly selector?: { readonly matchLabels: unknown }
    readonly template: {
      readonly metadata: { readonly labels: unknown }
      readonly spec: {
        readonly containers: readonly {
          readonly args: readonly string[]
          readonly volumeMounts: readonly { readonly name: string }[]
        }[]
        readonly volumes: readonly { readonly name: string }[]
      }
    }
  }
}

test('the manifests are a deployment of hosts and a job, whose volumes, labels and flags fit', async () => {
  const documents = parseAllDocuments(text('kubernetes.yaml'))
  expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([])
  const manifests = documents.map((document) => document.toJS() as Manifest)
  expect(manifests.map(({ kind }) => kind)).toEqual(['Deployment', 'Job'])
  const commands = [await flagsOf('worker'), await flagsOf('run')]
  for (const [at, { spec }] of manifests.entries()) {
    const { metadata, spec: pod } = spec.template
    if (spec.selector !== undefined) expect(spec.selector.matchLabels).toEqual(metadata.labels)
    const [container] = pod.containers
    const volumes = pod.volumes.map(({ name }) => name)
    expect(container?.volumeMounts.map(({ name }) => name)).toEqual(volumes)
    const flags = flagsIn(container?.args ?? [])
    expect(flags).toContain('--creds')
    expect(flags.filter((flag) => !commands[at]?.has(flag))).toEqual([])
  }
})
