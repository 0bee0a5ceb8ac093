/** Finds the code blocks of pages and of doc comments. Called by `docs.test.ts`; runs nothing. */

/** A fenced block of code. */
export interface Block {
  /** The first word after the fence. */
  readonly language: string
  /** The other words: `no-run`, `file=name`. */
  readonly words: readonly string[]
  readonly code: string
  /** Line of the fence in the file it was found in. */
  readonly line: number
}

/** The fenced blocks of a text; `firstLine` is the number of its first line. */
export function blocksOf(text: string, firstLine = 1): Block[] {
  const blocks: Block[] = []
  let open: { readonly info: string; readonly line: number; readonly code: string[] } | undefined
  text.split('\n').forEach((line, at) => {
    const fence = /^\s*```(.*)$/.exec(line)
    if (open === undefined) {
      if (fence !== null) open = { info: fence[1] as string, line: firstLine + at, code: [] }
    } else if (fence === null) open.code.push(line)
    else {
      const [language = '', ...words] = open.info.trim().split(/\s+/)
      blocks.push({ language, words, code: `${open.code.join('\n')}\n`, line: open.line })
      open = undefined
    }
  })
  return blocks
}

/** The fenced blocks that follow an `@example` in the doc comments of a source. */
export function examplesOf(source: string): Block[] {
  return docComments(source).flatMap(({ text, line }) => {
    const at = text.indexOf('@example')
    if (at < 0) return []
    const before = text.slice(0, at).split('\n').length - 1
    return blocksOf(text.slice(at), line + before)
  })
}

/** The doc comments of a source, without their stars, each with its first line and the code line after it. */
export function docComments(source: string): { text: string; line: number; subject: string }[] {
  return [...source.matchAll(/^[ \t]*\/\*\*[\s\S]*?\*\//gm)].map((match) => ({
    text: match[0].replace(/^[ \t]*\/?\*+\/?[ \t]?/gm, ''),
    line: source.slice(0, match.index).split('\n').length,
    subject: source
      .slice(match.index + match[0].length)
      .trimStart()
      .split('\n')[0] as string,
  }))
}

const LOGGED = /\bconsole\.log\(.*\)\s+\/\/ ?(.*)$/
const SHOWS = /\b(?:console\.log|print|run)\(/
const COMMENT = /^\s*\/\/ ?(.*)$/

/**
 * What a block says that it prints: the comment behind a `console.log(…)`, and comment lines right below a line that
 * prints or runs a graph. Undefined if it says nothing.
 */
export function promisedBy(code: string): string[] | undefined {
  const lines: string[] = []
  let mayFollow = false
  for (const line of code.split('\n')) {
    const comment = COMMENT.exec(line)
    if (comment !== null) {
      if (mayFollow) lines.push(comment[1] as string)
      continue
    }
    const logged = LOGGED.exec(line)
    if (logged !== null) lines.push(logged[1] as string)
    mayFollow = logged === null && SHOWS.test(line)
  }
  return lines.length === 0 ? undefined : lines
}

/** The commands of a `console` block, each with the output shown below it. */
export function commandsOf(code: string): { command: string; output: string }[] {
  return code
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...output] = part.split('\n')
      return { command, output: output.join('\n') }
    })
}

/** The relative links of a page; code is no text. */
export function linksOf(page: string): string[] {
  const prose = page.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] as string)
    .filter((link) => !/^[a-z]+:/.test(link))
}

/** The anchors that GitHub gives the headings of a page. */
export function anchorsOf(page: string): string[] {
  const prose = page.replace(/^```[\s\S]*?^```/gm, '')
  return [...prose.matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] as string)
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
