import * as v from 'valibot';

/** As much of JSON Schema as the endpoint's description uses. */
export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** The parts of an OpenAPI document that tests look at. */
const documentSchema = v.looseObject({
  openapi: v.pipe(v.string(), v.startsWith('3.1.')),
  paths: v.record(
    v.string(),
    v.record(
      v.string(),
      v.looseObject({
        summary: v.string(),
        security: v.array(v.record(v.string(), v.array(v.string()))),
        parameters: v.optional(
          v.array(
            v.looseObject({
              in: v.picklist(['path', 'query', 'header']),
              name: v.string(),
              required: v.optional(v.boolean()),
              schema: v.custom<JsonSchema>((schema) => typeof schema === 'object'),
            }),
          ),
          [],
        ),
        requestBody: v.optional(
          v.object({
            required: v.optional(v.boolean()),
            content: v.object({
              'application/json': v.object({
                schema: v.custom<JsonSchema>((schema) => typeof schema === 'object'),
              }),
            }),
          }),
        ),
        responses: v.record(v.string(), v.looseObject({ description: v.string() })),
      }),
    ),
  ),
});

/** One method of one path. */
export interface Operation {
  /** In capitals. */
  readonly method: string;
  /** With names in braces: `/api/devices/{id}`. */
  readonly path: string;
  readonly parameters: readonly {
    readonly in: 'path' | 'query' | 'header';
    readonly name: string;
    readonly isRequired: boolean;
    readonly schema: JsonSchema;
  }[];
  /** Null: it takes none. */
  readonly body: JsonSchema | null;
  /** What it says it may answer. */
  readonly statuses: readonly number[];
}

/** The operations of a document. Throws when it is not one that this reads. */
export function readOperations(document: unknown): readonly Operation[] {
  const { paths } = v.parse(documentSchema, document);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      parameters: operation.parameters.map(({ in: place, name, required, schema }) => ({
        in: place,
        name,
        isRequired: required === true,
        schema,
      })),
      body: operation.requestBody?.content['application/json'].schema ?? null,
      statuses: Object.keys(operation.responses).map(Number),
    })),
  );
}
