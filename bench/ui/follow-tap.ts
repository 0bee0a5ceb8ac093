// Follows a tap as the page does, without a browser: begins it, and counts what is shown. Called by page.ts.

interface TapLines {
  readonly items: readonly { readonly time: number }[]
}

interface Frame {
  readonly stats: { readonly elapsedMs: number; readonly items: { readonly in: number } }
}

/** Most items shown within any 500 ms, and how many passed in a second meanwhile. Resolves when the run has ended. */
export async function followTap(
  address: string,
  term: string,
): Promise<{ readonly mostShown: number; readonly itemsPerSecond: number }> {
  const { origin } = new URL(address)
  const entered = await fetch(address)
  const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const events = await fetch(`${origin}/events`, { headers: { cookie } })
  const times: number[] = []
  let [first, last]: (Frame | undefined)[] = []
  let isOn = false
  for await (const [name, data] of messagesOf(events)) {
    if (name === 'tap') times.push(...(data as TapLines).items.map(({ time }) => time))
    if (name === 'end') break
    if (name !== 'frame') continue
    const frame = data as Frame
    if (frame.stats.items.in === 0) continue
    if (!isOn) {
      isOn = true
      const headers = { cookie, origin, 'content-type': 'application/json' }
      const body = JSON.stringify({ do: 'tap', term, limit: 100 })
      const answer = await fetch(`${origin}/command`, { method: 'POST', headers, body })
      if (!answer.ok) throw new Error(await answer.text())
      first = frame
    }
    last = frame
  }
  if (first === undefined || last === undefined || times.length === 0) throw new Error('nothing was shown')
  const items = last.stats.items.in - first.stats.items.in
  return {
    mostShown: mostWithin(times, 500),
    itemsPerSecond: (1000 * items) / (last.stats.elapsedMs - first.stats.elapsedMs),
  }
}

async function* messagesOf(response: Response): AsyncGenerator<[name: string, data: unknown]> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(part, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, name = '', data = 'null'] = /^event: (.*)\nid: .*\ndata: (.*)$/.exec(text.slice(0, end)) ?? []
      text = text.slice(end + 2)
      yield [name, JSON.parse(data)]
    }
  }
}

function mostWithin(times: readonly number[], ms: number): number {
  let [most, from] = [0, 0]
  times.forEach((time, at) => {
    while (time - (times[from] as number) >= ms) from++
    most = Math.max(most, at - from + 1)
  })
  return most
}
