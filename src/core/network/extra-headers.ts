import { CustosError } from '../errors.js';
import { Secret } from '../secret.js';

/** Headers of the operator's own, such as `authorization`, with what must never be shown of them. */
export interface ExtraHeaders {
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly Secret[];
}

/** None. */
export const noHeaders: ExtraHeaders = { headers: {}, secrets: [] };

/** What a request has by itself, or what says how it goes over the wire. */
const taken =
  /^(host|connection|keep-alive|te|trailer|upgrade|transfer-encoding|content-.*|accept-encoding|expect|proxy-.*|x-api-key|x-custos-.*)$/;

/**
 * Reads a header file: `Name: value` a line; empty lines and lines that begin with `#` are passed over.
 * @throws CustosError CONFIG_INVALID: names the line by its number, and shows nothing of it
 */
export function parseHeaderFile(text: string, file: string): ExtraHeaders {
  const headers: Record<string, string> = {};
  for (const [at, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    // Names are tokens (RFC 9110, 5.6.2); values hold nothing that could end a header.
    const [, name = '', value = ''] =
      /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([!-~](?:[ -~]*[!-~])?)[ \t]*$/.exec(line) ?? [];
    const key = name.toLowerCase();
    if (key === '' || Object.hasOwn(headers, key))
      throw wrong(file, at, 'is no "Name: value", or names a header twice');
    if (taken.test(key)) throw wrong(file, at, `sets ${key}, which Custos sets itself`);
    headers[key] = value;
  }
  const values = Object.values(headers);
  // `Basic` and `Bearer` credentials are as secret without the word before them.
  const parts = values.flatMap((value) => [value, ...value.split(' ').slice(1)]).filter((part) => part.length >= 4);
  return { headers, secrets: parts.map((part) => Secret.text(part)) };
}

function wrong(file: string, at: number, what: string): CustosError {
  return new CustosError('CONFIG_INVALID', `line ${at + 1} of the header file ${file} ${what}`);
}
