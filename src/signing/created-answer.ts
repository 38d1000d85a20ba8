import { CustosError } from '../core/errors.js';
import { defaultTenant, parseSignatureId } from '../core/ids.js';
import type { CreateRequest } from '../core/signing/create.js';
import type { SealedWallet } from '../core/signing/wallet.js';

/** Bytes of a sealed part: more than any wallet has. */
const LONGEST_BOX = 64 * 1024;
const NEWEST_FORMAT = 3;

/** Reads a new record as if from an enemy. It has to be of the tenant, chain, network and kind that were asked for. @throws CustosError SIGNER_DIED */
export function parseCreated(value: unknown, asked: CreateRequest): SealedWallet {
  const record = membersOf(value);
  const [createdAt, format, controlBox] = [record('createdAt'), record('format'), record('controlBox')];
  const { chain, network, kind } = asked;
  const tenant = record('tenant') ?? defaultTenant;
  const isAsked = tenant === asked.tenant && record('chain') === chain && record('network') === network;
  if (!isAsked || record('kind') !== kind) throw foreign();
  if (typeof createdAt !== 'number' || !Number.isSafeInteger(createdAt) || createdAt < 0) throw foreign();
  if (typeof format !== 'number' || !Number.isInteger(format) || format < 1 || format > NEWEST_FORMAT) throw foreign();
  return {
    signatureId: parseSignatureId(record('signatureId')),
    chain,
    network,
    kind,
    createdAt,
    format,
    ...(record('tenant') !== undefined && { tenant: asked.tenant }),
    publicBox: boxOf(record('publicBox')),
    secretBox: boxOf(record('secretBox')),
    ...(controlBox !== undefined && { controlBox: boxOf(controlBox) }),
  };
}

/** Own properties only: an inherited one was never part of the answer. */
function membersOf(value: unknown): (name: string) => unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw foreign();
  return (name) => (Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined);
}

function boxOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length === 0 || value.length > LONGEST_BOX) throw foreign();
  return Uint8Array.from(value);
}

function foreign(): CustosError {
  return new CustosError('SIGNER_DIED', 'the signer process does not keep to the protocol');
}
