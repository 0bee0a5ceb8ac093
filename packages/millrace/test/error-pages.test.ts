/**
 * Goal: every code that a user can see has a page in docs/errors that is in its table, and no page is of a code that
 * there is not. The codes are read from the syntax of the sources: those of errors, of the remarks of `millrace check`, and
 * those that a line for the terminal ends with. An error of Millrace's own whose code cannot be read there fails as well.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const folder = join(root, 'docs/errors')
const INDEX = 'README.md'

/** Codes that nobody can meet, and why. */
const WITHOUT_PAGE: Readonly<Record<string, string>> = {
  MORE: 'stands for further groups of letters on the page of a run',
  FAILED: 'of the model that the tests of hosts run',
  ECONNABORTED: 'within connectors, of a connection that a run has let go of',
  ERR_SSL_NO_HANDSHAKE: 'within connectors, of a cause: what users see is CONNECTION_DENIED',
}

/** Where an error is made whose code is not written down, and why. */
const CODE_FROM_ELSEWHERE: Readonly<Record<string, string>> = {
  'packages/scheduler/src/worker/wire-error.ts': 'puts an error of a worker together again',
}

const CODE = /^[A-Z]{2,}(?:_[A-Z]+)*$/
const AT_THE_END = / \[([A-Z]{2,}(?:_[A-Z]+)*)\]$/
/** A source without any of these has no code: it need not be parsed. */
const MAY_HAVE_CODES = /MillraceError|\bcode: |codeOf|\[[A-Z_]+\]['"`]/

interface Found {
  readonly codes: ReadonlySet<string>
  /** Where an error is made of a code that is no literal. */
  readonly unread: readonly string[]
}

function sourcesOf(name: string): string[] {
  const path = join(root, 'packages', name, 'src')
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((file) => relative(root, join(path, file)).replaceAll('\\', '/'))
    .filter((file) => /(?<!\.test|\.test-d|\.case|\.d)\.tsx?$/.test(file) && !file.includes('/test/'))
    .sort()
}

/** The codes that a source raises or prints. */
function codesOf(file: string, text: string): Found {
  const codes = new Set<string>()
  const unread: string[] = []
  if (!MAY_HAVE_CODES.test(text)) return { codes, unread }
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest)

  const take = (argument: ts.Expression | undefined): void => {
    if (argument !== undefined && ts.isStringLiteralLike(argument)) codes.add(argument.text)
    else if (!(file in CODE_FROM_ELSEWHERE)) unread.push(file)
  }
  const note = (value: ts.Expression | undefined): void => {
    if (value !== undefined && ts.isStringLiteral(value) && CODE.test(value.text)) codes.add(value.text)
  }
  const visit = (node: ts.Node, base: string, caller: string): void => {
    let [within, inside] = [base, caller]
    if (ts.isClassLike(node)) {
      const clause = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
      within = clause?.types[0]?.expression.getText(source) ?? ''
    }
    if (ts.isFunctionDeclaration(node)) inside = node.name?.text ?? ''
    if (ts.isNewExpression(node) && node.expression.getText(source) === 'MillraceError') {
      take(node.arguments?.[0])
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword) {
      if (base === 'MillraceError') take(node.arguments[0])
    }
    // beside errors: the remarks of `check`, and what stands for the code of an error that has none
    if (ts.isPropertyAssignment(node) && node.name.getText(source) === 'code') note(node.initializer)
    if (ts.isReturnStatement(node) && caller === 'codeOf') note(node.expression)
    if (ts.isStringLiteralLike(node) || ts.isTemplateTail(node)) {
      const [, code] = AT_THE_END.exec(node.text) ?? []
      if (code !== undefined) codes.add(code)
    }
    ts.forEachChild(node, (child) => visit(child, within, inside))
  }
  visit(source, '', '')
  return { codes, unread }
}

const files = readdirSync(join(root, 'packages')).flatMap(sourcesOf)
const found = files.map((file) => codesOf(file, readFileSync(join(root, file), 'utf8')))
const codes = new Set(found.flatMap((each) => [...each.codes]))
const pages = readdirSync(folder).filter((name) => name !== INDEX)
const inTable = [...readFileSync(join(folder, INDEX), 'utf8').matchAll(/^\| \[`(\w+)`\]\((\w+)\.md\) \|/gm)]

test('codes are found in each of their forms', () => {
  const text = `
    class LateError extends MillraceError { constructor() { super(
      'TOO_LATE', 'late') } }
    class OtherError extends Error { constructor() { super('NOT_OURS') } }
    throw new MillraceError("IN_QUOTES", 'x')
    const remark = { code: 'NO_USE', message: '' }
    say(\`\${count} items were lost [LOST]\`)
    function codeOf() { return 'NO_NAME' }
    throw new MillraceError(code, 'x')`
  expect(codesOf('a.ts', text)).toEqual({
    codes: new Set(['TOO_LATE', 'IN_QUOTES', 'NO_USE', 'LOST', 'NO_NAME']),
    unread: ['a.ts'],
  })
})

test('every error of Millrace is made with its code written down', () => {
  expect(found.flatMap(({ unread }) => unread)).toEqual([])
})

test('every code has a page, and every page a code', () => {
  const expected = [...codes].filter((code) => !(code in WITHOUT_PAGE)).map((code) => `${code}.md`)
  expect(pages.toSorted(), 'write docs/errors/<CODE>.md, or take the page away').toEqual(expected.toSorted())
})

test('what has no page is still there', () => {
  expect(Object.keys(WITHOUT_PAGE).filter((code) => !codes.has(code))).toEqual([])
  expect(Object.keys(CODE_FROM_ELSEWHERE).filter((file) => !files.includes(file))).toEqual([])
})

test('every page is in the table, once, under its own name', () => {
  expect(inTable.map(([, code]) => `${code}.md`).toSorted()).toEqual(pages.toSorted())
  expect(inTable.filter(([, code, page]) => code !== page)).toEqual([])
})

test.each(pages)('%s is titled with its code, and says when it comes and what to do', (page) => {
  const prose = readFileSync(join(folder, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '')
  expect(prose.match(/^#.*$/gm)).toEqual([
    `# ${page.replace(/\.md$/, '')}`,
    '## When it comes',
    '## What to do',
  ])
})
