/** Goal: the nearest config counts, nothing beyond the package is looked at, and two in one place are refused. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { findConfig } from './discover.ts'

async function found(files: readonly string[], from = '.', contents: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder({ ...Object.fromEntries(files.map((file) => [file, '{}'])), ...contents })
  const path = await findConfig(join(folder, from))
  return path === undefined ? undefined : path.slice(folder.length + 1)
}

test.each(['ts', 'js', 'mjs', 'json', 'yaml', 'yml'])('millrace.config.%s is one', async (extension) => {
  expect(await found(['package.json', `millrace.config.${extension}`])).toBe(`millrace.config.${extension}`)
})

test('"millrace" in package.json is one, package.json without it is none', async () => {
  expect(await found([], '.', { 'package.json': '{ "millrace": {} }' })).toBe('package.json')
  expect(await found(['package.json'])).toBeUndefined()
})

test('the nearest folder counts', async () => {
  const files = ['package.json', 'millrace.config.ts', 'a/millrace.config.json', 'a/b/c.txt']
  expect(await found(files, 'a/b')).toBe('a/millrace.config.json')
  expect(await found(files, '.')).toBe('millrace.config.ts')
})

test('the search ends with the first package, or with the repository', async () => {
  expect(
    await found(['package.json', 'millrace.config.ts', 'a/package.json', 'a/b/c.txt'], 'a/b'),
  ).toBeUndefined()
  expect(await found(['millrace.config.ts', 'a/.git', 'a/b/c.txt'], 'a/b')).toBeUndefined()
})

test('tests, types and backups of a config are none', async () => {
  const files = ['package.json', 'millrace.config.test.ts', 'millrace.config.d.ts', 'millrace.config.ts~']
  expect(await found(files)).toBeUndefined()
})

test('several in one folder are refused', async () => {
  const contents = { 'package.json': '{ "millrace": {} }' }
  await expect(found(['millrace.config.yaml', 'millrace.config.ts'], '.', contents)).rejects.toThrow(
    /^There are several configs: \S*millrace\.config\.ts, \S*millrace\.config\.yaml, \S*package\.json\. Keep one, or name one with --config\.$/,
  )
})

test('a package.json that is none is named', async () => {
  await expect(found([], '.', { 'package.json': '{,' })).rejects.toThrow(/package\.json:1 cannot be read: /)
})
