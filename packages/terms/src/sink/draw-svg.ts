/** `drawSvg`: a Vega-Lite specification as a picture. Called by `plot`; loads Vega only then. Internal. */

import { BadInputError, messageOf } from '@millrace/core'

/** What is used of `vega-lite`. */
interface VegaLite {
  compile(specification: object): { readonly spec: object }
}

/** What is used of `vega`. */
interface Vega {
  parse(specification: object): object
  View: new (runtime: object, options: { readonly renderer: 'none' }) => { toSVG(): Promise<string> }
}

/** @throws {BadInputError} if Vega is not installed, or cannot draw it. */
export async function drawSvg(specification: object): Promise<string> {
  const [vega, vegaLite] = await Promise.all([load<Vega>('vega'), load<VegaLite>('vega-lite')])
  try {
    const { spec } = vegaLite.compile(specification)
    return await new vega.View(vega.parse(spec), { renderer: 'none' }).toSVG()
  } catch (cause) {
    throw new BadInputError(`plot() cannot draw its picture: ${messageOf(cause)}`, { cause })
  }
}

async function load<Module>(name: string): Promise<Module> {
  try {
    return (await import(name)) as Module
  } catch (cause) {
    throw new BadInputError(
      `plot() needs the packages vega and vega-lite to draw an .svg: npm install vega vega-lite. Or write a .json.`,
      { cause },
    )
  }
}
