/**
 * The page as one file: its style, its script, and what is known of the run so far, so that the first picture takes a
 * single answer of a server that may be busy, or none at all where it is kept as a report.
 */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Recording } from './model/protocol.ts'
import { packRecording } from './model/wire.ts'

// the same from `src/` and from `dist/`
const folder = new URL('../dist/page/', import.meta.url)

/** The page's script and style, as the build has made them, and the policy under which only these run. */
export interface PageParts {
  readonly script: string
  readonly style: string
  /** Content security policy; the page reaches its own server at most. */
  readonly policy: string
}

/** Reads the parts. */
export async function pageParts(): Promise<PageParts> {
  const [script, style] = await Promise.all(
    ['app.js', 'app.css'].map(async (name) => safe(await readFile(new URL(name, folder), 'utf8'))),
  )
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  const policy =
    `default-src 'none'; script-src ${hash(script as string)}; style-src ${hash(style as string)}; ` +
    "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
  return { script: script as string, style: style as string, policy }
}

/**
 * The whole page. What users have named stands in it as data alone. `after` is the message of the server after which the page
 * is to go on, if there is one.
 */
export function pageHtml(
  { script, style, policy }: PageParts,
  recording: Recording | undefined,
  after?: string,
): string {
  const data = recording === undefined ? '' : dataElement(recording, after)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Millrace</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<div id="page"></div>
${data}<script type="module">${script}</script>
</body>
</html>
`
}

/** No text in it may end the element that it stands in. */
function dataElement(recording: Recording, after: string | undefined): string {
  const json = JSON.stringify(packRecording(recording)).replaceAll('<', '\\u003c')
  const mark = after === undefined ? '' : ` data-after="${after}"`
  return `<script type="application/json" id="recording"${mark}>${json}</script>\n`
}

/** A script that names the end of its own element would end there. */
function safe(text: string): string {
  return text.replace(/<\/(script|style)/gi, '<\\/$1')
}
