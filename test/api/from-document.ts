import fc from 'fast-check';

/** What the document says of one operation. */
export interface Operation {
  readonly operationId: string;
  readonly 'x-scope'?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

/** The part of JSON Schema (2020-12) that the document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** A request as it is sent. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** The deepest value; what lies below it is null. */
const DEPTH = 6;

/** Requests of an operation: such as the document describes, and such as it does not. */
export class Requests {
  readonly #schemas: Document['components']['schemas'];
  readonly #known: () => readonly string[];

  /** @param known - texts that mean something to the server, such as ids; asked for at each value */
  constructor(document: Document, known: () => readonly string[]) {
    this.#schemas = document.components.schemas;
    this.#known = known;
  }

  of(method: string, path: string, operation: Operation): fc.Arbitrary<WireRequest> {
    const values = (place: string) =>
      (operation.parameters ?? [])
        .filter((one) => one.in === place)
        .map(({ name, schema, required = false }) => {
          const value = fc.oneof({ weight: 6, arbitrary: this.#value(schema, 1) }, { weight: 1, arbitrary: odd });
          return [name, required ? value : fc.option(value, { nil: undefined })] as const;
        });
    const query = fc.oneof(
      { weight: 4, arbitrary: fc.record(Object.fromEntries(values('query'))) },
      { weight: 1, arbitrary: fc.dictionary(fc.string({ maxLength: 10 }), odd, { maxKeys: 3 }) },
    );
    const parts = { query, ...{ params: fc.record(Object.fromEntries(values('path'))) } };
    const headers = fc.record(Object.fromEntries(values('header').map(([name, value]) => [name, headerText(value)])));
    return fc
      .record({ ...parts, headers, body: this.#body(operation), twice: fc.constantFrom(false, false, false, true) })
      .map(({ query: asked, params, headers: sent, body, twice }) => ({
        method: method.toUpperCase(),
        path: `${filled(path, params)}${queryText(asked, twice)}`,
        headers: { ...defined(sent), ...body.headers },
        body: body.bytes,
      }));
  }

  #body({ requestBody }: Operation): fc.Arbitrary<{ headers: Record<string, string>; bytes: Buffer | undefined }> {
    const nothing = fc.constant({ headers: {}, bytes: undefined });
    const type = fc.oneof({ weight: 8, arbitrary: fc.constant('application/json') }, fc.constantFrom(...types));
    const encoding = fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, fc.constantFrom(...encodings));
    const sent = (value: fc.Arbitrary<Buffer>) =>
      fc.record({ bytes: value, type, encoding }).map(({ bytes, type: said, encoding: coding }) => ({
        headers: { 'content-type': said, ...(coding !== undefined && { 'content-encoding': coding }) },
        bytes,
      }));
    const schema = requestBody?.content['application/json']?.schema;
    if (schema === undefined) {
      return fc.oneof({ weight: 4, arbitrary: nothing }, { weight: 1, arbitrary: sent(junk) });
    }
    const valid = this.#value(schema, 0);
    const wrong = fc.tuple(valid, fc.nat(), fc.oneof(odd, fc.jsonValue())).map(([value, at, other]) => {
      const places = placesOf(value);
      return changed(value, places[at % places.length] ?? [], other);
    });
    const text = (value: fc.Arbitrary<unknown>) => value.map((one) => Buffer.from(JSON.stringify(one) ?? ''));
    return fc.oneof(
      { weight: 5, arbitrary: text(valid).map((bytes) => ({ headers: json, bytes })) },
      { weight: 5, arbitrary: text(wrong).map((bytes) => ({ headers: json, bytes })) },
      { weight: 2, arbitrary: sent(fc.oneof(text(valid), junk)) },
      { weight: 1, arbitrary: nothing },
    );
  }

  #value(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    if (depth > DEPTH) return fc.constant(null);
    if (schema.$ref !== undefined) return this.#value(this.#schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, depth);
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices !== undefined) return fc.oneof(...choices.map((one) => this.#value(one, depth)));
    if (schema.allOf !== undefined) {
      return fc.tuple(...schema.allOf.map((one) => this.#value(one, depth))).map((all) => Object.assign({}, ...all));
    }
    const types = [schema.type ?? []].flat();
    return types.length === 0 ? fc.jsonValue() : fc.oneof(...types.map((type) => this.#typed(type, schema, depth)));
  }

  #typed(type: string, schema: Schema, depth: number): fc.Arbitrary<unknown> {
    if (type === 'null') return fc.constant(null);
    if (type === 'boolean') return fc.boolean();
    if (type === 'object') return this.#object(schema, depth);
    if (type === 'array') {
      const { minItems = 0, maxItems = 3, items = {} } = schema;
      const maxLength = Math.max(minItems, Math.min(maxItems, 3));
      return fc.array(this.#value(items, depth + 1), { minLength: minItems, maxLength });
    }
    if (type === 'string') return this.#text(schema);
    const { minimum = -1000, maximum = 1000 } = schema;
    return fc.integer({ min: Math.max(minimum, -1e6), max: Math.min(maximum, 1e6) });
  }

  #object({ properties = {}, required = [] }: Schema, depth: number): fc.Arbitrary<unknown> {
    const members = Object.entries(properties).map(([name, schema]): [string, fc.Arbitrary<unknown>] => [
      name,
      this.#value(schema, depth + 1),
    ]);
    const made: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(members);
    return fc.record(made, { requiredKeys: required.filter((name) => name in properties) });
  }

  #text({ pattern, minLength = 0, maxLength = 60 }: Schema): fc.Arbitrary<string> {
    const free = fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 60)) });
    const known = fc.nat().map((at) => this.#known()[at % this.#known().length] ?? '');
    const fitting = pattern === undefined ? free : fc.stringMatching(new RegExp(pattern));
    return fc.oneof({ weight: 4, arbitrary: known }, { weight: 4, arbitrary: fitting }, { weight: 1, arbitrary: free });
  }
}

const json = { 'content-type': 'application/json' };
const types = ['text/plain', 'application/json; charset=utf-16', 'application/xml', 'APPLICATION/JSON', '*/*', ';'];
const encodings = ['gzip', 'br', 'identity', 'deflate, gzip', ''];
const junk = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('', 'null', '[]', '{', '{"a":1,"a":2}', '\u{feff}{}', '{"__proto__":{}}', '1e999', '['.repeat(5_000))
    .map((text) => Buffer.from(text)),
);
/** Texts that programs have read wrongly. */
export const odd = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom('', '0', '-1', '1e9', 'null', '__proto__', '\u0000', '../..', '\u{1f600}', '%', 'x'.repeat(5_000)),
);

/** A header's value can be printed; a wait for longer than nothing would only be waited for. */
function headerText(value: fc.Arbitrary<unknown>): fc.Arbitrary<string | undefined> {
  const waits = fc.constantFrom('wait=0', 'wait=-1', 'wait=x', 'respond-async', 'wait');
  const texts = value.map((one) => (one === undefined ? undefined : String(one).replace(/[^\x21-\x7e]/g, '')));
  return fc.oneof(
    texts.map((text) => text?.replace(/wait=\d+/i, 'wait=0')),
    waits,
  );
}

function defined<Value>(members: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function filled(path: string, params: Readonly<Record<string, unknown>>): string {
  // An empty part, or one of dots, would be another path.
  const part = (name: string) =>
    encodeURIComponent(String(params[name] ?? '').toWellFormed()).replace(/^\.{0,2}$/, 'x');
  return path.replace(/\{(\w+)\}/g, (_, name: string) => part(name));
}

function queryText(query: Readonly<Record<string, unknown>>, twice: boolean): string {
  // A wait would only be waited for.
  const sent = 'wait' in query ? { ...query, wait: '0' } : query;
  const pairs = Object.entries(defined(sent)).map(([name, value]): [string, string] => [name, String(value)]);
  const all = twice ? [...pairs, ...pairs] : pairs;
  return all.length === 0 ? '' : `?${new URLSearchParams(all)}`;
}

export type Place = readonly (string | number)[];

/** Every place in a JSON value, the value itself included. */
export function placesOf(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const inner = Object.entries(value).flatMap(([name, item]) => placesOf(item).map((place) => [name, ...place]));
  return [[], ...inner];
}

/** The value with another one at a place. */
export function changed(value: unknown, [name, ...rest]: Place, other: unknown): unknown {
  if (name === undefined) return typeof value === 'object' && value !== null ? { ...value, other } : other;
  if (Array.isArray(value)) return value.map((item, at) => (at === Number(name) ? changed(item, rest, other) : item));
  const members: Readonly<Record<string, unknown>> = { ...(value as object) };
  return { ...members, [name]: changed(members[name], rest, other) };
}
