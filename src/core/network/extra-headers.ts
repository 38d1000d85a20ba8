import { CustosError } from '../errors.js';
import { Secret } from '../secret.js';

/** The operator's extra headers, such as `authorization`, with the parts that must never be shown. */
export interface ExtraHeaders {
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly Secret[];
}

/** None. */
export const noHeaders: ExtraHeaders = { headers: {}, secrets: [] };

/** Headers that every request already has, or that control the transport. */
const taken =
  /^(host|connection|keep-alive|te|trailer|upgrade|transfer-encoding|content-.*|accept-encoding|expect|proxy-.*|x-api-key|x-custos-.*)$/;

/**
 * Reads a header file: one `Name: value` per line; empty lines and lines that begin with `#` are ignored.
 * @throws CustosError CONFIG_INVALID: names the line by its number without quoting it
 */
export function parseHeaderFile(text: string, file: string): ExtraHeaders {
  const headers: Record<string, string> = {};
  for (const [at, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    // Names are tokens (RFC 9110, 5.6.2); values hold no character that could end a header.
    const [, name = '', value = ''] =
      /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([!-~](?:[ -~]*[!-~])?)[ \t]*$/.exec(line) ?? [];
    const key = name.toLowerCase();
    if (key === '' || Object.hasOwn(headers, key)) throw wrong(file, at, 'is not "Name: value", or repeats a header');
    if (taken.test(key)) throw wrong(file, at, `sets ${key}, which Custos sets itself`);
    headers[key] = value;
  }
  const values = Object.values(headers);
  // `Basic` and `Bearer` credentials are just as secret without that word.
  const parts = values.flatMap((value) => [value, ...value.split(' ').slice(1)]).filter((part) => part.length >= 4);
  return { headers, secrets: parts.map((part) => Secret.text(part)) };
}

function wrong(file: string, at: number, what: string): CustosError {
  return new CustosError('CONFIG_INVALID', `line ${at + 1} of the header file ${file} ${what}`);
}
