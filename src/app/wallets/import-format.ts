import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { type ChainId, networkOf, parseChainId, parseSignatureId, type SignatureId } from '../../core/ids.js';
import { isObject, tryJson } from '../../core/json.js';
import { Secret } from '../../core/secret.js';
import type { ImportRequest, ImportSecret, WalletMarks } from '../../core/signing/vault.js';
import { repeatedMember } from '../../core/text/repeated-member.js';
import { forms } from '../../policy/document/forms.js';
import { readMarks } from './marks.js';

/** One element of an import: readable, or a problem that names it. */
export type ImportItem =
  | { readonly kind: 'request'; readonly request: ImportRequest }
  | { readonly kind: 'problem'; readonly label: string; readonly error: CustosError };

/** Names of an entry's fields; an object with one of them is an entry, any other is a map of entries. */
const fieldNames = ['signatureId', 'chain', 'mnemonic', 'privateKey', 'secret'] as const;

/**
 * Reads what `wallet import` gets on standard input: the object that `export` prints, or JSON lines with `signatureId`.
 * @throws CustosError IMPORT_INVALID when the text as a whole is neither
 */
export function parseImport(text: string): readonly ImportItem[] {
  const trimmed = text.trim();
  if (trimmed === '') throw new CustosError('IMPORT_INVALID', 'standard input is empty');
  const whole = tryJson(trimmed);
  if (isObject(whole) && !fieldNames.some((name) => name in whole)) {
    const repeated = repeatedError(trimmed);
    if (repeated !== undefined) throw repeated;
    return Object.entries(whole).map(([id, entry], at) => parseEntry(labelOf(id, `entry ${at + 1}`), entry, id));
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
  if (!isObject(value)) return problem(label, new CustosError('IMPORT_INVALID', 'not a JSON object'));
  const named = labelOf(value['signatureId'], label);
  const repeated = repeatedError(line);
  return repeated === undefined ? parseEntry(named, value, value['signatureId']) : problem(named, repeated);
}

/** A reader of JSON keeps one of two members with the same name, so a secret would be lost. */
function repeatedError(text: string): CustosError | undefined {
  const name = repeatedMember(text);
  if (name === undefined) return undefined;
  const id = unquoted(() => parseSignatureId(name));
  const what = id === undefined ? 'a field comes twice in one entry' : `the signature ID ${id} comes twice`;
  return new CustosError('IMPORT_INVALID', `${what}, and only one of them would be read: keep one`);
}

/** The signature ID, if there is one. */
function labelOf(id: unknown, place: string): string {
  const signatureId = unquoted(() => parseSignatureId(id));
  return signatureId === undefined ? place : `wallet ${signatureId}`;
}

function parseEntry(label: string, value: unknown, id: unknown): ImportItem {
  try {
    if (!isObject(value)) throw new CustosError('IMPORT_INVALID', 'the entry is not an object');
    const testnet = value['testnet'] ?? false;
    if (typeof testnet !== 'boolean') throw new CustosError('IMPORT_INVALID', '`testnet` is neither true nor false');
    const request: ImportRequest = {
      ...(id !== undefined && { signatureId: readSignatureId(id) }),
      chain: readChain(value['chain']),
      network: networkOf(testnet),
      secret: parseSecret(value),
      ...publicField(value, 'xpub'),
      ...publicField(value, 'address'),
      ...textField(value, 'label'),
      ...textField(value, 'derivation'),
      ...marksIn(value),
    };
    return { kind: 'request', request };
  } catch (error) {
    if (!(error instanceof CustosError)) throw error;
    return problem(label, error);
  }
}

/** A mnemonic may come with the private key of index 0, as Tatum KMS stores it on some chains; the two are compared. */
function parseSecret(value: Readonly<Record<string, unknown>>): ImportSecret {
  const { mnemonic, privateKey, secret } = value;
  const keys = [privateKey, secret].filter((field) => field !== undefined);
  const given = [...keys, ...(mnemonic === undefined ? [] : [mnemonic])];
  const areTexts = given.every((field) => typeof field === 'string' && field !== '');
  const [key] = keys;
  if (!areTexts || given.length === 0 || keys.length > 1) {
    const text = 'expected a mnemonic, or exactly one of privateKey and secret, as text';
    throw new CustosError('SECRET_UNSUPPORTED', text);
  }
  const stated = typeof key === 'string' ? Secret.text(key) : undefined;
  if (typeof mnemonic === 'string') {
    return { kind: 'mnemonic', mnemonic: Secret.text(mnemonic), ...(stated && { privateKey: stated }) };
  }
  if (stated === undefined) throw new CustosError('SECRET_UNSUPPORTED', 'the secret is not text');
  return { kind: 'privateKey', privateKey: stated };
}

/** Any field may contain a secret by mistake, so messages never repeat a value. */
export function unquoted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CustosError)) throw error;
    return undefined;
  }
}

function readSignatureId(value: unknown): SignatureId {
  const id = unquoted(() => parseSignatureId(value));
  if (id === undefined) throw new CustosError('SIGNATURE_ID_INVALID', 'the signature ID is not a UUID');
  return id;
}

function readChain(value: unknown): ChainId {
  const chain = unquoted(() => parseChainId(value));
  if (chain === undefined) throw new CustosError('CHAIN_UNKNOWN', '`chain` does not name a chain');
  return chain;
}

/** Refuses a value with the form of a secret, because a comparison with the true address would show it. */
function publicField(value: Readonly<Record<string, unknown>>, name: 'xpub' | 'address') {
  const field: { readonly [field: string]: string } = textField(value, name);
  const text = field[name];
  if (text === undefined) return field;
  // Extended public keys in base58, or as public key and chain code in hexadecimal digits.
  const shape =
    name === 'xpub'
      ? /^([A-Za-z]{1,2}[pt]?ub[1-9A-Za-z]{100,115}|[0-9a-f]{128}|[0-9a-f]{130})$/
      : /^[0-9A-Za-z:_-]{1,128}$/;
  if (shape.test(text) && !/^[a-z]prv|^(0x)?[0-9a-f]{64}$/i.test(text)) return field;
  throw new CustosError(
    name === 'xpub' ? 'XPUB_INVALID' : 'ADDRESS_INVALID',
    `\`${name}\` does not have the form of one`,
  );
}

function textField(value: Readonly<Record<string, unknown>>, name: 'xpub' | 'address' | 'label' | 'derivation') {
  const field = value[name];
  if (field === undefined || field === null) return {};
  if (typeof field !== 'string') throw new CustosError('IMPORT_INVALID', `\`${name}\` is not a text`);
  return { [name]: field };
}

const marksForm = z.object({
  tags: z.array(z.string()).exactOptional(),
  owner: z.string().exactOptional(),
  state: z.enum(['active', 'suspended', 'deactivated', 'compromised']).exactOptional(),
  reason: z.string().regex(forms.words).exactOptional(),
});

/** What `wallet export` says of tags, owner and state. */
function marksIn(value: Readonly<Record<string, unknown>>): WalletMarks {
  const parsed = marksForm.safeParse(value);
  const marks = parsed.success ? unquoted(() => readMarks(parsed.data)) : undefined;
  if (marks === undefined || !parsed.success) {
    throw new CustosError('IMPORT_INVALID', 'tags, owner, state or reason have another form than an export gives them');
  }
  const { state, reason } = parsed.data;
  return { ...marks, ...(state !== undefined && { state }), ...(reason !== undefined && { reason }) };
}

function problem(label: string, error: CustosError): ImportItem {
  return { kind: 'problem', label, error };
}
