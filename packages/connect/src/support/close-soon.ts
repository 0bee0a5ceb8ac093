/** `closeSoon`: takes leave of a server that may not answer. Called by connectors when they close a connection. */

/** For how long a server may take to answer, in ms. */
const CLOSE_MS = 3000

/** Waits for `closing`, but only for a while; then calls `destroy`, in any case. Never fails. */
export async function closeSoon(closing: () => Promise<unknown>, destroy: () => void): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS)
  })
  try {
    await Promise.race([closing(), late])
  } catch {
    // it was closed already
  } finally {
    clearTimeout(timer)
    destroy()
  }
}
