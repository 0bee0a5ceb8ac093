export * from './expect-marbles.ts'
export * from './from-marbles.ts'
export * from './parse-marbles.ts'
export * from './print-marbles.ts'
