/** `xml`: text that others have named, as text of a drawing or a page. */

/** Names are the user's: in a drawing they are text, whatever they hold; what XML allows nowhere is replaced. */
export function xml(text: string): string {
  return text
    .replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[^\P{Cc}\t\n\r]|\p{Cs}|[\ufffe\uffff]/gu, '\ufffd')
}
