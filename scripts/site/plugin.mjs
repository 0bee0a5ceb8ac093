// A plugin of TypeDoc's for the site: the guides are pages named by their headings, in the order of typedoc.json; the
// headings of the catalogue are the categories of terms; what a term is called elsewhere stands on its page, where the
// search finds it; and a guide's `term` leads to that page.

import { Application, Comment, CommentTag, Converter, ReflectionKind } from 'typedoc'
import { catalogue } from './catalogue.mjs'

const rows = new Map(catalogue().map((row) => [row.name, row]))

/** Called by TypeDoc. */
export function load(app) {
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    const headings = new Set(Array.from(rows.values(), ({ heading }) => heading))
    app.options.setValue('categoryOrder', [...headings, '*'])
  })
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const terms = ['millrace/terms', 'millrace/rx'].flatMap((name) => termsOf(project, name))
    terms.forEach(describe)
    const pages = new Map(terms.map((term) => [term.name, term]))
    for (const document of project.documents ?? []) document.content = linked(document.content, pages)
    arrange(project)
    withoutTitle(project.readme)
  })
}

function termsOf(project, name) {
  const module = project.children?.find((child) => child.name === name)
  return (module?.children ?? []).filter(
    ({ kind, name }) => kind === ReflectionKind.Function && rows.has(name),
  )
}

/** Where a term stands in the catalogue, and what it is called elsewhere, beside its own words. */
function describe({ name, signatures = [] }) {
  const { heading, elsewhere } = rows.get(name)
  for (const { comment } of signatures) {
    comment?.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: heading }]))
    if (elsewhere !== '')
      comment?.blockTags.push(new CommentTag('@elsewhere', [{ kind: 'text', text: elsewhere }]))
  }
}

function linked(content, pages) {
  return content.map((part) => {
    const name = part.kind === 'code' ? /^`(\w+)(?:\(.*\))?`$/.exec(part.text)?.[1] : undefined
    const target = pages.get(name)
    const text = part.text.slice(1, -1)
    return target === undefined ? part : { kind: 'inline-tag', tag: '@linkcode', text, target }
  })
}

/** Names the documents by their first headings, and puts those of a folder beneath its README. */
function arrange(project) {
  const parents = new Map()
  const documents = []
  for (const document of project.documents ?? []) {
    const { folder, isIndex } = placeOf(project, document)
    document.name = /^# (.+)$/m.exec(Comment.combineDisplayParts(document.content))?.[1] ?? document.name
    const parent = parents.get(folder)
    if (isIndex) parents.set(folder, document)
    if (parent === undefined) documents.push(document)
    else {
      document.parent = parent
      parent.addChild(document)
    }
  }
  project.documents = documents
  project.childrenIncludingDocuments = [...documents, ...(project.children ?? [])]
}

/** The folder that the document is from, and whether it leads to the others of that folder within `docs`. */
function placeOf(project, document) {
  const path = project.files.getReflectionPath(document) ?? ''
  return { folder: path.replace(/[^/]+$/, ''), isIndex: /\/docs\/.+\/README\.md$/.test(path) }
}

/** TypeDoc writes the title itself. */
function withoutTitle(content) {
  if (content?.[0]?.kind === 'text') content[0].text = content[0].text.replace(/^# .+\n/, '')
}
