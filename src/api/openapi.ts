import { z } from 'zod';
import type { AnswerKind, Route } from './route.js';
import { problem, schemaNames } from './schemas.js';

type Json = Readonly<Record<string, unknown>>;

/** Statuses of refusals that every operation may answer, and those of operations with a token. */
const refusals = ['400', '403', '404', '408', '413', '415', '431', '500', '503'];
const tokenRefusals = ['401', '429'];

const PROBLEM = 'application/problem+json';

/**
 * The OpenAPI 3.1 document of a table of operations.
 * @param version - of the program
 */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const schemas: Record<string, unknown> = {};
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route, schemas) };
  }
  hoisted(problem, schemas, 'output');
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: { title: 'Custos', version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { token: [], user: [] }],
    paths,
    components: {
      schemas,
      responses: {
        Problem: { description: 'a refusal (RFC 9457)', content: { [PROBLEM]: { schema: refTo('Problem') } } },
      },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        // Beside the token: who sends it sees and uses what is this user's, and nothing else.
        user: { type: 'apiKey', in: 'header', name: 'Custos-User-Token' },
      },
    },
  };
}

function operationOf(route: Route, schemas: Record<string, unknown>): Json {
  const parameters = [
    ...parametersOf(route.params, 'path', schemas),
    ...parametersOf(route.query, 'query', schemas),
    ...Object.entries(route.headers ?? {}).map(([name, { about, required = false }]) => ({
      ...{ name, in: 'header', description: about, required },
      schema: { type: 'string' },
    })),
  ];
  const all = [...refusals, ...(route.scope === undefined ? [] : tokenRefusals)];
  return {
    operationId: route.id,
    summary: route.about,
    ...(route.scope === undefined ? { security: [] } : { 'x-scope': route.scope }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: hoisted(route.body, schemas, 'input') } },
      },
    }),
    responses: {
      ...Object.fromEntries(Object.entries(route.answers).map(([status, kind]) => [status, answerOf(kind, schemas)])),
      ...Object.fromEntries(all.sort().map((status) => [status, { $ref: '#/components/responses/Problem' }])),
    },
  };
}

function answerOf({ about, schema, type = 'application/json' }: AnswerKind, schemas: Record<string, unknown>): Json {
  if (schema === undefined) return { description: about };
  return { description: about, content: { [type]: { schema: hoisted(schema, schemas, 'output') } } };
}

function parametersOf(
  schema: z.ZodType | undefined,
  place: 'path' | 'query',
  schemas: Record<string, unknown>,
): readonly Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = hoisted(schema, schemas, 'input') as {
    properties?: Record<string, Json>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...form }]) => ({
    ...{ name, in: place, required: place === 'path' || required.includes(name) },
    ...(description !== undefined && { description }),
    schema: form,
  }));
}

/** The JSON schema, with everything that has a name moved to the components. */
function hoisted(schema: z.ZodType, schemas: Record<string, unknown>, io: 'input' | 'output'): Json {
  const {
    $schema: _dialect,
    $defs = {},
    id,
    ...form
  } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    metadata: schemaNames,
    io,
  });
  for (const [name, definition] of Object.entries($defs)) schemas[name] = withoutId(rewritten(definition));
  if (typeof id !== 'string') return rewritten(form);
  schemas[id] = rewritten(form);
  return refTo(id);
}

function withoutId(definition: Json): Json {
  const { id: _name, ...form } = definition;
  return form;
}

function refTo(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

/** References lead to the components. */
function rewritten(value: Json): Json {
  return JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}
