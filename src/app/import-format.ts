import { CustosError } from '../core/errors.js';
import { networkOf, parseChainId, parseSignatureId, quote } from '../core/ids.js';
import { Secret } from '../core/secret.js';
import type { ImportRequest, ImportSecret } from '../core/vault.js';

/** One element of an import: readable, or a problem that names it. */
export type ImportItem =
  | { readonly kind: 'request'; readonly request: ImportRequest }
  | { readonly kind: 'problem'; readonly label: string; readonly error: CustosError };

/**
 * Reads what `wallet import` gets on standard input: the object that `export` prints, or JSON lines with `signatureId`.
 * @throws CustosError IMPORT_INVALID when the text as a whole is neither
 */
export function parseImport(text: string): readonly ImportItem[] {
  const trimmed = text.trim();
  if (trimmed === '') throw new CustosError('IMPORT_INVALID', 'standard input is empty');
  const whole = tryJson(trimmed);
  if (whole !== undefined && isRecord(whole) && !('chain' in whole)) {
    return Object.entries(whole).map(([id, entry]) => parseEntry(`wallet ${quote(id)}`, entry, id));
  }
  return trimmed
    .split('\n')
    .map((line, at) => [line.trim(), at + 1] as const)
    .filter(([line]) => line !== '')
    .map(([line, number]) => parseLine(line, number));
}

function parseLine(line: string, number: number): ImportItem {
  const label = `line ${number}`;
  const value = tryJson(line);
  // The line itself may hold a secret, so it is never quoted.
  if (!isRecord(value)) return problem(label, new CustosError('IMPORT_INVALID', 'not a JSON object'));
  const id = value['signatureId'];
  return parseEntry(typeof id === 'string' ? `wallet ${quote(id)}` : label, value, id);
}

function parseEntry(label: string, value: unknown, id: unknown): ImportItem {
  try {
    if (!isRecord(value)) throw new CustosError('IMPORT_INVALID', 'the entry is not an object');
    const testnet = value['testnet'] ?? false;
    if (typeof testnet !== 'boolean') throw new CustosError('IMPORT_INVALID', '`testnet` is neither true nor false');
    const request: ImportRequest = {
      ...(id !== undefined && { signatureId: parseSignatureId(id) }),
      chain: parseChainId(value['chain']),
      network: networkOf(testnet),
      secret: parseSecret(value),
      ...textField(value, 'xpub'),
      ...textField(value, 'address'),
      ...textField(value, 'label'),
    };
    return { kind: 'request', request };
  } catch (error) {
    if (!(error instanceof CustosError)) throw error;
    return problem(label, error);
  }
}

function parseSecret(value: Readonly<Record<string, unknown>>): ImportSecret {
  const { mnemonic, privateKey, secret } = value;
  const given = [mnemonic, privateKey, secret].filter((field) => field !== undefined);
  if (given.length !== 1 || typeof given[0] !== 'string' || given[0] === '') {
    throw new CustosError('SECRET_UNSUPPORTED', 'expected exactly one of mnemonic, privateKey and secret as text');
  }
  if (typeof mnemonic === 'string') return { kind: 'mnemonic', mnemonic: Secret.text(mnemonic) };
  return { kind: 'privateKey', privateKey: Secret.text(given[0]) };
}

function textField(value: Readonly<Record<string, unknown>>, name: 'xpub' | 'address' | 'label') {
  const field = value[name];
  if (field === undefined || field === null) return {};
  if (typeof field !== 'string') throw new CustosError('IMPORT_INVALID', `\`${name}\` is not a text`);
  return { [name]: field };
}

function problem(label: string, error: CustosError): ImportItem {
  return { kind: 'problem', label, error };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // V8's message quotes the text, which holds secrets: it goes nowhere.
    return undefined;
  }
}
