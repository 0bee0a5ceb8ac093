/**
 * How a graph module says what its parameters are, and the types that follow from it. Read by `graph()`; nothing here
 * exists at run time.
 */

/**
 * A schema of any library that keeps to Standard Schema 1 (zod, valibot, arktype and others), as far as it is used here.
 * It must validate at once: a schema that gives a promise is refused.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a schema gives. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** Something that a schema did not like. */
export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** A parameter that may be left out. */
export interface OptionalParam {
  /** Makes the value out of text. */
  readonly convert: (text: string) => unknown
  /** Holds where the parameter is not given; may be `undefined`. */
  readonly default: unknown
}

/**
 * One parameter: `Number`, `String`, `Boolean`, `BigInt` or `Date` for a value of that kind, a function that makes the value
 * out of text, a plain value as the default of an optional parameter of the same kind, or `{ convert, default }`.
 */
export type Param = ((text: string) => unknown) | OptionalParam | string | number | boolean | bigint

/** What a graph module says of its parameters: a schema, or each by its name. */
export type ParamSpec = StandardSchema | Readonly<Record<string, Param>>

/** The parameters as the builder gets them. */
export type ParamsOf<Spec> = Spec extends { readonly '~standard': unknown }
  ? TypesOf<Spec>['output']
  : { readonly [Name in keyof Spec]: ValueOf<Spec[Name]> }

/** The parameters as a caller gives them. What is text is converted, as on the command line. */
export type ArgumentsOf<Spec> = Spec extends { readonly '~standard': unknown }
  ? TypesOf<Spec>['input']
  : Flat<
      { readonly [Name in keyof Spec as RequiredName<Spec, Name>]: ValueOf<Spec[Name]> | string } & {
        readonly [Name in keyof Spec as OptionalName<Spec, Name>]?: ValueOf<Spec[Name]> | string | undefined
      }
    >

type RequiredName<Spec, Name extends keyof Spec> = Spec[Name] extends (text: string) => unknown ? Name : never
type OptionalName<Spec, Name extends keyof Spec> = Spec[Name] extends (text: string) => unknown ? never : Name
type Flat<Row> = { [Name in keyof Row]: Row[Name] }

type TypesOf<Schema> = Schema extends { readonly '~standard': { readonly types?: infer Types } }
  ? NonNullable<Types> extends infer Both extends { readonly input: unknown; readonly output: unknown }
    ? Both
    : never
  : never

type ValueOf<P> = P extends DateConstructor
  ? Date
  : P extends (text: string) => infer Value
    ? Value
    : P extends { readonly convert: infer Convert; readonly default: infer Default }
      ? ValueOf<Convert> | Widened<Default>
      : Widened<P>

/** `number` for `3`: a default says of what kind a parameter is. */
type Widened<P> = P extends string
  ? string
  : P extends number
    ? number
    : P extends boolean
      ? boolean
      : P extends bigint
        ? bigint
        : P
