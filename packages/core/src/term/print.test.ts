// Terms print in LogicSponge's grammar; nested parentheses of one kind are flattened.

import { expect, test } from 'vitest'
import { connect } from '../compose/connect.ts'
import { parallel } from '../compose/parallel.ts'
import { sequential } from '../compose/sequential.ts'
import { id } from '../test/terms.ts'

const t = (name: string) => id().named(name)

test('a leaf', () => {
  expect(String(t('x'))).toBe('Term(x)')
})

test('sequences and parallels', () => {
  const term = t('u').pipe(parallel(t('x'), t('y')), t('v'))
  expect(String(term)).toBe('(Term(u); (Term(x) | Term(y)); Term(v))')
})

test('parts of one kind are flattened, those of another are not', () => {
  expect(
    String(
      t('a')
        .pipe(t('b'))
        .pipe(sequential(t('c'), t('d'))),
    ),
  ).toBe('(Term(a); Term(b); Term(c); Term(d))')
  expect(String(parallel(parallel(t('a'), t('b')), t('c')))).toBe('(Term(a) | Term(b) | Term(c))')
  expect(String(parallel(t('a').pipe(t('b')), t('c')))).toBe('((Term(a); Term(b)) | Term(c))')
})

test('named branches, ports and wires', () => {
  const named = parallel({ x: t('a'), y: t('b') })
  expect(String(named)).toBe('(Term(a) | Term(b))')
  expect(String(named.port('x'))).toBe('(Term(a) | Term(b)).x')
  expect(String(connect(t('a'), t('b'), { input: 'left' }))).toBe('(Term(a); Term(b))')
})

test('a composition of one part prints as the part', () => {
  expect(String(sequential(t('a')))).toBe('Term(a)')
  expect(String(parallel({ x: t('a') }))).toBe('Term(a)')
  expect(String(t('a').pipe())).toBe('Term(a)')
})
