import type { Context } from 'hono';
import { CustosError } from '../core/errors.js';
import { requestInvalid } from './answers.js';
import { MAX_BODY_BYTES, parseBody } from './guard.js';

/** Reads a request's JSON body. @throws CustosError REQUEST_TOO_LARGE, REQUEST_INVALID */
export async function readJson(request: Context): Promise<unknown> {
  return parseBody(await readText(request.req.raw));
}

/** As `readJson`, but no body at all is an empty object. */
export async function readOptionalJson(request: Context): Promise<unknown> {
  const text = await readText(request.req.raw);
  return text === '' ? {} : parseBody(text);
}

async function readText(request: Request): Promise<string> {
  const tooLarge = () => new CustosError('REQUEST_TOO_LARGE', `the request has more than ${MAX_BODY_BYTES} bytes`);
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    parts.push(part);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw requestInvalid([{ property: 'body', rule: 'encoding', text: 'body must be UTF-8' }]);
  }
}
