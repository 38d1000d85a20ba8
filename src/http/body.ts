import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Context } from 'hono';
import { CustosError } from '../core/errors.js';
import { quote } from '../core/ids.js';
import { utf8Text } from '../core/text/text-bytes.js';
import { parseBody, withoutNulls } from './json.js';
import { BODY_BYTES } from './limits.js';
import { requestInvalid } from './problems.js';

/** Reads the JSON body of a form; members that are null are left out. @throws CustosError REQUEST_* */
export async function readForm(request: Context): Promise<unknown> {
  return withoutNulls(await readJson(request));
}

/** Like `readForm`, but a missing body counts as an empty object. @throws CustosError REQUEST_* */
export async function readOptionalForm(request: Context): Promise<unknown> {
  const text = await readText(request.req.raw);
  return text === '' ? {} : withoutNulls(parseBody(text));
}

/** Reads a JSON body unchanged. @throws CustosError REQUEST_TOO_LARGE, REQUEST_INVALID, REQUEST_INCOMPLETE */
export async function readJson(request: Context, most = BODY_BYTES): Promise<unknown> {
  return parseBody(await readText(request.req.raw, most));
}

/**
 * As `readJson`, of a body that says it is JSON: what a web page may send without asking first is refused.
 * @param most - bytes
 * @throws CustosError CONTENT_TYPE_UNSUPPORTED, REQUEST_*
 */
export async function readTypedJson(request: Context, most = BODY_BYTES): Promise<unknown> {
  requireJson(request.req.header('content-type'));
  return readJson(request, most);
}

/** @param type - as the header says it @throws CustosError CONTENT_TYPE_UNSUPPORTED */
export function requireJson(type = ''): void {
  if (type === 'application/json') return;
  if (/^application\/json *(; *charset="?utf-8"? *)?$/i.test(type.trim())) return;
  throw new CustosError('CONTENT_TYPE_UNSUPPORTED', 'the body must be application/json');
}

/** Reads a body of any kind, inflated. @throws CustosError REQUEST_TOO_LARGE, REQUEST_INVALID, REQUEST_INCOMPLETE */
export function readContent({ req }: Context): Promise<Uint8Array> {
  return readInflated(req.raw, BODY_BYTES);
}

async function readInflated(request: Request, most: number): Promise<Uint8Array> {
  const inflate = inflaterOf(request.headers.get('content-encoding'));
  return inflate(await readBytes(request, most), most);
}

async function readText(request: Request, most = BODY_BYTES): Promise<string> {
  return textOf(await readInflated(request, most));
}

/** The text of a body that was received. @throws CustosError REQUEST_INVALID */
export function textOf(bytes: Uint8Array): string {
  const text = utf8Text(bytes);
  if (text !== undefined) return text;
  throw requestInvalid([{ property: 'body', rule: 'encoding', text: 'body must be UTF-8' }]);
}

async function readBytes(request: Request, most: number): Promise<Buffer> {
  const length = request.headers.get('content-length');
  if (Number(length ?? 0) > most) throw tooLarge(most);
  // Node's parser lets through no more than what was announced, and to read it at once costs a third of reading a stream.
  return length === null ? readStream(request, most) : readWhole(request);
}

async function readWhole(request: Request): Promise<Buffer> {
  const whole = await request.arrayBuffer().catch((cause: unknown) => {
    throw incompleteBody(cause);
  });
  return Buffer.from(whole);
}

async function readStream(request: Request, most: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of received(request)) {
    size += part.length;
    if (size > most) throw tooLarge(most);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** @throws CustosError REQUEST_INCOMPLETE: the client went away, or the rest did not arrive in time */
async function* received({ body }: Request): AsyncGenerator<Uint8Array> {
  try {
    yield* body ?? [];
  } catch (cause) {
    throw incompleteBody(cause);
  }
}

/** The client went away, or the rest did not arrive in time. */
export function incompleteBody(cause: unknown): CustosError {
  return new CustosError('REQUEST_INCOMPLETE', 'the body stops before its end', { cause });
}

type Inflate = (bytes: Buffer, most: number) => Promise<Uint8Array>;

/** @throws CustosError REQUEST_INVALID: an encoding that is not known, or several encodings on top of each other */
function inflaterOf(header: string | null): Inflate {
  const encoding = (header ?? 'identity').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return async (bytes) => bytes;
  if (encoding === 'gzip' || encoding === 'x-gzip') return inflateGzip;
  const text = `content-encoding ${quote(header)} is not supported: send gzip, or the body without encoding`;
  throw requestInvalid([{ property: 'body', rule: 'encoding', text }]);
}

async function inflateGzip(bytes: Buffer, most: number): Promise<Uint8Array> {
  if (bytes.length === 0) return bytes;
  try {
    // Inflation stops at the limit, so that a small body cannot fill the memory.
    return await promisify(gunzip)(bytes, { maxOutputLength: most });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(most);
    throw requestInvalid([{ property: 'body', rule: 'encoding', text: 'body is not gzip, as its header says' }]);
  }
}

function tooLarge(most: number): CustosError {
  return new CustosError('REQUEST_TOO_LARGE', `the request has more than ${most} bytes`);
}
