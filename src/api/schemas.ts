import { z } from 'zod';
import { CustosError } from '../core/errors.js';
import { parseChainId, parseSignatureId } from '../core/ids.js';

/** Names of the schemas that the OpenAPI document refers to, and what members mean. */
export const schemaNames = z.registry<{ readonly id?: string; readonly description?: string }>();

/** Gives a schema the name under which the document has it. */
export function named<S extends z.ZodType>(id: string, schema: S): S {
  schemaNames.add(schema, { id });
  return schema;
}

/** Says what a member means. What a schema means elsewhere stays as it is. */
export function described<S extends z.ZodType>(schema: S, description: string): S {
  const own = schemaNames.has(schema) ? schema.clone() : schema;
  schemaNames.add(own, { description });
  return own;
}

/** A text that one of our own parsers reads: its error is the fault of that field. */
export function parsedBy<T>(parse: (text: string) => T, form: z.ZodString = z.string().max(200)) {
  return form.transform((text, context): T => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof CustosError) || error.kind.status >= 500) throw error;
      context.addIssue({ code: 'custom', message: error.message, params: { code: error.code } });
      return z.NEVER;
    }
  });
}

export const chain = parsedBy(parseChainId, z.string().min(1).max(12));
export const walletId = parsedBy(parseSignatureId, z.string().length(36));

/** A moment as answers write it. */
export const moment = z.iso.datetime();

/** A place in a list, as the page before gave it. */
const cursor = z
  .string()
  .max(300)
  .regex(/^[A-Za-z0-9_-]+$/);
const limit = parsedBy(
  (text) => Number(text),
  z.string().regex(/^([1-9]\d?|1\d\d|200)$/, 'must be a number from 1 to 200'),
);

/** Query of a list. */
export const paging = {
  after: described(cursor.optional(), '`next` of the page before'),
  limit: described(limit.optional(), '1 to 200; 50 if it is not said'),
};

/** Elements of a page if the request does not say. */
export const USUAL_LIMIT = 50;

/** A page of a list. */
export function pageOf<S extends z.ZodType>(id: string, element: S) {
  return named(id, z.strictObject({ data: z.array(element), next: z.string().nullable() }));
}

export const health = named(
  'Health',
  z.strictObject({ status: z.literal('ok'), version: z.string(), network: z.enum(['mainnet', 'testnet']) }),
);

export const errorKind = named(
  'ErrorKind',
  z.strictObject({
    code: z.string(),
    status: z.int(),
    retryable: z.boolean(),
    hint: z.string(),
  }),
);

export const problem = named(
  'Problem',
  z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    retryable: z.boolean(),
    errors: z
      .array(z.strictObject({ in: z.string(), pointer: z.string(), code: z.string(), detail: z.string() }))
      .optional(),
  }),
);
