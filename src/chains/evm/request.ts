import type { ParseContext } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import { bytesToHex, hexToBytes } from '../shared/hexadecimal.js';
import { type AddressStyle, readAddress } from '../shared/keccak-address.js';
import { readQuantity } from '../shared/quantity.js';
import type { AccessEntry, EvmFormat, TransactionShape } from './format.js';
import { type Authorization, readAuthorizations } from './forms/authorizations.js';
import { type Blobs, readBlobs } from './forms/blobs.js';
import { type JsonMembers, readJsonObject } from './json.js';

/** What reading a request takes from its chain. */
export interface RequestRules {
  readonly id: string;
  readonly chainIds: Readonly<Record<Network, readonly bigint[]>>;
  readonly addressStyle: AddressStyle;
  format(shape: TransactionShape): EvmFormat;
}

/** A transaction as it was asked for: what is absent is filled in by `complete`. */
export interface EvmRequest {
  readonly format: EvmFormat;
  readonly chainId?: bigint;
  readonly nonce?: bigint;
  readonly to?: Uint8Array;
  readonly value?: bigint;
  readonly data?: Uint8Array;
  readonly gas?: bigint;
  /** True when the limit came as `gasLimit`, not as `gas`. */
  readonly gasNamedLimit: boolean;
  readonly gasPrice?: bigint;
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
  readonly accessList: readonly AccessEntry[];
  readonly blobs?: Blobs;
  readonly authorizations?: readonly Authorization[];
  readonly feeCurrency?: Uint8Array;
}

const max64 = 2n ** 64n - 1n;
const max128 = 2n ** 128n - 1n;

// Members that change what is signed or who pays, in forms that are not supported. To ignore them would sign something else.
const unsupported = [
  ...['gatewayFee', 'gatewayFeeRecipient', 'feePayer', 'feeRatio', 'feePayerSignatures', 'common'],
  ...['maxFeeInFeeCurrency'],
];

/**
 * Reads an unsigned transaction in JSON and makes every check that needs no node. Members that are not known are ignored.
 * @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED, SENDER_MISMATCH, CHAIN_ID_MISMATCH, ADDRESS_INVALID,
 *   AMOUNT_INVALID, FEE_INVALID
 */
export function readRequest(text: string, rules: RequestRules, context: ParseContext): EvmRequest {
  const members = readJsonObject(text);
  const foreign = unsupported.find((name) => members.has(name));
  if (foreign !== undefined) throw new CustosError('TRANSACTION_UNSUPPORTED', `${foreign} is not supported`);
  checkSender(members.get('from'), rules, context);
  const accessList = readAccessList(members.get('accessList'), rules.addressStyle);
  const blobs = readBlobs(members);
  const authorizations = readAuthorizations(members, rules.addressStyle);
  const request: Draft = {
    format: rules.format(readShape(members)),
    gasNamedLimit: members.has('gasLimit'),
    accessList: accessList ?? [],
  };
  put(request, 'chainId', readMember(members, 'chainId', 'CHAIN_ID_MISMATCH', max64));
  put(request, 'nonce', readMember(members, 'nonce', 'TRANSACTION_INVALID', max64 - 1n));
  put(request, 'to', readOptional(members.get('to'), rules.addressStyle));
  put(request, 'value', readMember(members, 'value', 'AMOUNT_INVALID', max128));
  put(request, 'data', readData(members));
  put(request, 'gas', readGas(members));
  put(request, 'gasPrice', readMember(members, 'gasPrice', 'FEE_INVALID', max128));
  put(request, 'maxFeePerGas', readMember(members, 'maxFeePerGas', 'FEE_INVALID', max128));
  put(request, 'maxPriorityFeePerGas', readMember(members, 'maxPriorityFeePerGas', 'FEE_INVALID', max128));
  put(request, 'blobs', blobs);
  put(request, 'authorizations', authorizations);
  put(request, 'feeCurrency', readOptional(members.get('feeCurrency'), rules.addressStyle));
  checkRequest(request);
  if (request.chainId !== undefined) checkChainId(request.chainId, rules, context);
  return request;
}

/** @throws CustosError CHAIN_ID_MISMATCH: the chain id is neither one of the network's nor the development chain's */
export function checkChainId(
  chainId: bigint,
  rules: Pick<RequestRules, 'id' | 'chainIds'>,
  context: Pick<ParseContext, 'network' | 'developmentChainId'>,
): void {
  const allowed = rules.chainIds[context.network];
  if (allowed.includes(chainId) || chainId === context.developmentChainId) return;
  const known = allowed.join(', ');
  throw new CustosError(
    'CHAIN_ID_MISMATCH',
    `chain id ${chainId} is not one of ${rules.id} on ${context.network} (${known})`,
    { details: { chainId: chainId.toString(), network: context.network } },
  );
}

function checkSender(from: unknown, rules: RequestRules, context: ParseContext): void {
  // The cloud writes the number 0 where it means the signer.
  if (from === undefined || from === 0) return;
  if (from === context.from) return;
  if (isSender(from, rules.addressStyle, context.from)) return;
  throw new CustosError('SENDER_MISMATCH', `the transaction is from ${quote(from)}, the wallet is ${context.from}`);
}

function isSender(from: unknown, style: AddressStyle, sender: string): boolean {
  const expected = bytesToHex(readAddress(sender, style));
  try {
    return bytesToHex(readAddress(from, style)) === expected;
  } catch {
    // Text that is not an address is not the sender's address either.
    return false;
  }
}

function readShape(members: JsonMembers): TransactionShape {
  const type = members.get('type');
  return {
    type:
      type === undefined
        ? undefined
        : Number(readQuantity(type, { name: 'type', code: 'TRANSACTION_UNSUPPORTED', max: 0x7fn * 2n })),
    hasFeeCaps: members.has('maxFeePerGas') || members.has('maxPriorityFeePerGas'),
    hasAccessList: members.has('accessList'),
    hasFeeCurrency: members.has('feeCurrency'),
    ...carriedBy(members),
  };
}

function carriedBy(members: JsonMembers): Pick<TransactionShape, 'carries'> {
  const hasBlobs = members.has('blobVersionedHashes');
  if (!members.has('authorizationList')) return hasBlobs ? { carries: 'blobs' } : {};
  return { carries: hasBlobs ? 'both' : 'authorizations' };
}

/** A chain's own choice of a form must not drop what would have been signed. @throws CustosError TRANSACTION_* */
function checkCarried({ format, blobs, authorizations, to }: EvmRequest): void {
  const isDropped =
    (blobs !== undefined && format.carries !== 'blobs') ||
    (authorizations !== undefined && format.carries !== 'authorizations');
  if (isDropped) {
    throw new CustosError(
      'TRANSACTION_UNSUPPORTED',
      `a transaction of form ${format.name} has no blobs and no accounts`,
    );
  }
  if (format.carries !== undefined && to === undefined) {
    throw new CustosError('TRANSACTION_INVALID', `a transaction of form ${format.name} needs a destination`);
  }
}

function checkRequest(request: EvmRequest): void {
  const { format, gasPrice, maxFeePerGas, maxPriorityFeePerGas } = request;
  if (format.price === 'fee-caps' && gasPrice !== undefined) {
    throw new CustosError('FEE_INVALID', `a transaction of form ${format.name} has fee caps and no gasPrice`);
  }
  if (format.price === 'gas-price' && (maxFeePerGas !== undefined || maxPriorityFeePerGas !== undefined)) {
    throw new CustosError('FEE_INVALID', `a transaction of form ${format.name} has a gasPrice and no fee caps`);
  }
  if (maxFeePerGas !== undefined && maxPriorityFeePerGas !== undefined && maxPriorityFeePerGas > maxFeePerGas) {
    throw new CustosError(
      'FEE_INVALID',
      `maxPriorityFeePerGas ${maxPriorityFeePerGas} is above maxFeePerGas ${maxFeePerGas}`,
    );
  }
  checkCarried(request);
  if (!format.carriesAccessList && request.accessList.length > 0) {
    throw new CustosError('TRANSACTION_INVALID', `a transaction of form ${format.name} has no accessList`);
  }
  if (!format.carriesFeeCurrency && request.feeCurrency !== undefined) {
    throw new CustosError('TRANSACTION_INVALID', `a transaction of form ${format.name} has no feeCurrency`);
  }
  if (request.to === undefined && (request.data ?? []).length === 0) {
    throw new CustosError(
      'TRANSACTION_INVALID',
      'the transaction has neither a destination nor the code of a new contract',
    );
  }
}

type QuantityCode = 'TRANSACTION_INVALID' | 'AMOUNT_INVALID' | 'FEE_INVALID' | 'CHAIN_ID_MISMATCH';

function readMember(members: JsonMembers, name: string, code: QuantityCode, max: bigint): bigint | undefined {
  const value = members.get(name);
  return value === undefined ? undefined : readQuantity(value, { name, code, max });
}

function readGas(members: JsonMembers): bigint | undefined {
  const gas = readMember(members, 'gas', 'TRANSACTION_INVALID', max64);
  const limit = readMember(members, 'gasLimit', 'TRANSACTION_INVALID', max64);
  if (gas !== undefined && limit !== undefined && gas !== limit) {
    throw new CustosError('TRANSACTION_INVALID', `gas is ${gas} and gasLimit is ${limit}`);
  }
  return gas ?? limit;
}

function readData(members: JsonMembers): Uint8Array | undefined {
  const [data, input] = [members.get('data'), members.get('input')].map(readBytes);
  if (data !== undefined && input !== undefined && bytesToHex(data) !== bytesToHex(input)) {
    throw new CustosError('TRANSACTION_INVALID', 'data and input differ');
  }
  return data ?? input;
}

function readBytes(value: unknown): Uint8Array | undefined {
  if (value === undefined || value === '') return undefined;
  const bytes = typeof value === 'string' ? hexToBytes(value) : undefined;
  if (bytes === undefined) {
    throw new CustosError('TRANSACTION_INVALID', `data is ${quote(value)}, not 0x and pairs of hexadecimal digits`);
  }
  return bytes;
}

function readOptional(value: unknown, style: AddressStyle): Uint8Array | undefined {
  return value === undefined ? undefined : readAddress(value, style);
}

function readAccessList(value: unknown, style: AddressStyle): AccessEntry[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new CustosError('TRANSACTION_INVALID', `accessList is ${quote(value)}, not a list`);
  return value.map((entry: unknown) => readAccessEntry(entry, style));
}

function readAccessEntry(value: unknown, style: AddressStyle): AccessEntry {
  const isObject = typeof value === 'object' && value !== null;
  const address: unknown = isObject && 'address' in value ? value.address : undefined;
  const storageKeys: unknown = isObject && 'storageKeys' in value ? value.storageKeys : undefined;
  if (!Array.isArray(storageKeys))
    throw new CustosError('TRANSACTION_INVALID', 'an entry of accessList has no storageKeys');
  return { address: readAddress(address, style), storageKeys: storageKeys.map(readStorageKey) };
}

function readStorageKey(value: unknown): Uint8Array {
  const bytes = typeof value === 'string' ? hexToBytes(value) : undefined;
  if (bytes?.length !== 32)
    throw new CustosError('TRANSACTION_INVALID', `${quote(value)} is not a storage key of 32 bytes`);
  return bytes;
}

/** A request that is being read. */
type Draft = { -readonly [K in keyof EvmRequest]: EvmRequest[K] };

/** Sets what is there: an object that is spread for each member would cost more than reading it. */
function put<K extends keyof Draft>(request: Draft, name: K, value: Draft[K] | undefined): void {
  if (value !== undefined) request[name] = value;
}
