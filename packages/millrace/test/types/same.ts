// For the programs of this folder: two types are the same, not only assignable. Nothing here runs.

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only where both types are the same; else the error shows them. */
export function same<A, B>(..._different: Same<A, B> extends true ? [] : [A, B]): void {}
