import { CustosError } from '../errors.js';
import { isLoopback } from '../network/loopback.js';

/** A key in a token that a PKCS#11 module opens (RFC 7512). At least `object` or `id` names it. */
export interface Pkcs11Uri {
  readonly service: 'pkcs11';
  /** Absolute path of the module, a library of the system. */
  readonly module: string;
  /** What the token says of itself; each one that is given must be the same. */
  readonly token?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly slotId?: number;
  /** Label of the key. */
  readonly object?: string;
  /** CKA_ID of the key. */
  readonly id?: Uint8Array;
  /** File with the PIN in its first line. */
  readonly pinFile?: string;
}

/** A key of a cloud's key service. */
export type CloudKeyUri =
  | { readonly service: 'awskms'; readonly region: string; readonly arn: string }
  /** `name` is that of a version: `projects/…/cryptoKeyVersions/1`. */
  | { readonly service: 'gcpkms'; readonly name: string }
  /** `url` is the identifier of a version: `https://VAULT.vault.azure.net/keys/NAME/VERSION`. */
  | { readonly service: 'azurekms'; readonly url: string };

/** Where a key is that is not in the wallet store. */
export type KeyUri = Pkcs11Uri | CloudKeyUri;

const LONGEST = 1_000;

/**
 * Reads the address of a key. Nothing in it is ignored: an attribute without effect would find another key than was meant.
 * @throws CustosError KEY_URI_INVALID: says what is wrong, and repeats no value of the text, in which somebody may have put a PIN
 */
export function parseKeyUri(text: string): KeyUri {
  if (text.length > LONGEST || !/^[\x21-\x7e]+$/.test(text)) {
    throw invalid(`is longer than ${LONGEST} characters or has blanks or characters other than ASCII`);
  }
  const [, scheme = '', rest = ''] = /^([a-z0-9]+):(.*)$/.exec(text) ?? [];
  switch (scheme) {
    case 'pkcs11':
      return parsePkcs11(rest);
    case 'awskms':
      return parseAws(rest);
    case 'gcpkms':
      return parseGcp(rest);
    case 'azurekms':
      return parseAzure(rest);
    default:
      throw invalid('begins with none of pkcs11:, awskms:, gcpkms:, azurekms:');
  }
}

/** Attributes of the path (RFC 7512, 2.3) that have an effect here. */
const pathNames: ReadonlySet<string> = new Set([
  'token',
  'manufacturer',
  'model',
  'serial',
  'slot-id',
  'object',
  'id',
  'type',
]);
const queryNames: ReadonlySet<string> = new Set(['module-path', 'pin-source']);

function parsePkcs11(rest: string): Pkcs11Uri {
  const [path = '', query = '', ...more] = rest.split('?');
  if (more.length > 0) throw invalid('has more than one question mark');
  const named = attributes(path, ';', pathNames);
  const asked = attributes(query, '&', queryNames);
  const module = textOf(asked, 'module-path');
  if (module === undefined) throw invalid('has no module-path');
  if (!module.startsWith('/')) throw invalid('has a module-path that is not absolute');
  const type = textOf(named, 'type') ?? 'private';
  if (type !== 'private' && type !== 'secret-key') throw invalid('has a type other than private');
  const object = textOf(named, 'object');
  const id = named.get('id');
  if (object === undefined && id === undefined) throw invalid('names no key: give object or id');
  const slot = textOf(named, 'slot-id');
  if (slot !== undefined && !/^\d{1,10}$/.test(slot)) throw invalid('has a slot-id that is no number');
  const texts = ['token', 'manufacturer', 'model', 'serial', 'object'].flatMap((name) => {
    const value = textOf(named, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const pinFile = pinFileOf(textOf(asked, 'pin-source'));
  return {
    service: 'pkcs11',
    module,
    ...Object.fromEntries(texts),
    ...(slot !== undefined && { slotId: Number(slot) }),
    ...(id !== undefined && { id }),
    ...(pinFile !== undefined && { pinFile }),
  };
}

function attributes(text: string, separator: string, known: ReadonlySet<string>): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const part of text === '' ? [] : text.split(separator)) {
    const [, name = '', value] = /^([^=]*)(?:=(.*))?$/.exec(part) ?? [];
    if (name === 'pin-value') throw invalid('has a PIN in it: keep it in a file or a variable, and change it now');
    // The name is not repeated unless it looks like one.
    if (!known.has(name)) {
      throw invalid(/^[a-z-]{1,30}$/.test(name) ? `has the attribute ${name}, which has no effect here` : 'is cut off');
    }
    if (value === undefined || found.has(name)) throw invalid(`has ${name} without a value, or twice`);
    found.set(name, unescaped(value, name));
  }
  return found;
}

/** Percent-encoding (RFC 3986, 2.1). */
function unescaped(text: string, name: string): Uint8Array {
  if (/%(?![0-9A-Fa-f]{2})/.test(text) || text === '') throw invalid(`has a wrong value of ${name}`);
  const bytes = text.replace(/%([0-9A-Fa-f]{2})/g, (_all, digits: string) =>
    String.fromCharCode(Number(`0x${digits}`)),
  );
  return Uint8Array.from(Buffer.from(bytes, 'latin1'));
}

function textOf(found: ReadonlyMap<string, Uint8Array>, name: string): string | undefined {
  const bytes = found.get(name);
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid(`has a value of ${name} that is not UTF-8`);
  }
}

function pinFileOf(source: string | undefined): string | undefined {
  const path = source?.replace(/^file:(\/\/)?/, '');
  if (path === undefined || path.startsWith('/')) return path;
  throw invalid('has a pin-source that is not an absolute path of a file');
}

const arnForm = /^arn:aws[a-z-]*:kms:([a-z]{2}(?:-[a-z]+)+-\d+):\d{12}:key\/[\w-]{1,100}$/;

function parseAws(arn: string): CloudKeyUri {
  const [, region] = arnForm.exec(arn) ?? [];
  // An alias can be moved to another key, and then every signature would be refused.
  if (region === undefined) throw invalid('is not awskms: and the ARN of a key (not of an alias)');
  return { service: 'awskms', region, arn };
}

const gcpForm =
  /^projects\/[a-z0-9.:-]+\/locations\/[a-z0-9-]+\/keyRings\/[\w-]+\/cryptoKeys\/[\w-]+(\/cryptoKeyVersions\/\d+)?$/;

function parseGcp(name: string): CloudKeyUri {
  if (!gcpForm.test(name)) {
    throw invalid('is not gcpkms:projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/V');
  }
  return { service: 'gcpkms', name };
}

function parseAzure(text: string): CloudKeyUri {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  const isKey = url !== undefined && /^\/keys\/[0-9A-Za-z-]{1,127}(\/[0-9a-f]{32})?$/.test(url.pathname);
  if (url === undefined || !isSafe || !isKey || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw invalid(
      'is not azurekms: and the https identifier of a key: https://VAULT.vault.azure.net/keys/NAME/VERSION',
    );
  }
  return { service: 'azurekms', url: url.href };
}

function invalid(why: string): CustosError {
  return new CustosError('KEY_URI_INVALID', `the address of the key ${why}`);
}
