/** `PortedTerm`: a term that may have several named outputs. Internal. */

import { type Kernel, KernelTerm, type LifeCycle } from '@millrace/core'

/** A kernel term whose results are records of port to item, if `outputs` are given. */
export class PortedTerm<in In, out Out, State> extends KernelTerm<In, Out, State> {
  declare readonly outputs?: readonly string[]

  constructor(
    name: string,
    kernel: Kernel,
    hooks: LifeCycle<State, Out>,
    outputs: readonly string[] | undefined,
  ) {
    super(name, kernel, hooks)
    if (outputs !== undefined) this.outputs = outputs
  }
}
