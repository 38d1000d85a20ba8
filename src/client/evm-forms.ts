import { CustosClientError } from './errors.js';

/** Text of hexadecimal digits. */
export type Hex = `0x${string}`;

const types: Readonly<Record<string, number>> = {
  legacy: 0,
  eip2930: 1,
  eip1559: 2,
  eip4844: 3,
  eip7702: 4,
  cip64: 123,
};
/** What a transaction may have, under the names of either library. */
const members = [
  ...['chainId', 'nonce', 'to', 'value', 'data', 'gas', 'gasLimit', 'gasPrice', 'maxFeePerGas', 'maxPriorityFeePerGas'],
  ...['accessList', 'authorizationList', 'blobVersionedHashes', 'maxFeePerBlobGas', 'from', 'feeCurrency'],
];
/** What would be signed or sent along, and cannot be. */
const refused = [
  ...['blobs', 'sidecars', 'kzg', 'customData', 'capabilities', 'calls', 'gatewayFee', 'gatewayFeeRecipient'],
  ...['factoryDeps', 'gasPerPubdata', 'paymaster', 'paymasterInput'],
];

/**
 * A transaction of viem or ethers in the form that the API takes. What is absent is filled in by Custos, the number included.
 * @throws CustosClientError CLIENT_OPTIONS
 */
export function unsignedOf(transaction: object): string {
  const given = new Map(Object.entries(transaction).filter(([, value]) => value !== undefined && value !== null));
  const foreign = refused.find((name) => given.has(name));
  if (foreign !== undefined) {
    throw new CustosClientError('CLIENT_OPTIONS', `a transaction with ${foreign} cannot be signed by this adapter`);
  }
  const kept = members.filter((name) => given.has(name)).map((name) => [name, given.get(name)]);
  const type = given.get('type');
  const number = typeof type === 'string' && type in types ? types[type] : type;
  return json({ ...(number !== undefined && { type: number }), ...Object.fromEntries(kept) });
}

/**
 * A transaction on the chain that the application names: Custos refuses it where the wallet is on another.
 * @param chainId - undefined: the application names none
 */
export function onChain(transaction: object, chainId: unknown): object {
  const named = Object.getOwnPropertyDescriptor(transaction, 'chainId')?.value ?? chainId;
  return named === undefined || named === null ? transaction : { ...transaction, chainId: named };
}

/** Typed data with their domain's own type, which libraries leave out. @returns JSON */
export function typedDataText({ domain, types: own, primaryType, message }: TypedData): string {
  const fields = domainFields.filter(({ name }) => domain[name] !== undefined && domain[name] !== null);
  return json({ types: { EIP712Domain: fields, ...own }, primaryType, domain, message });
}

interface TypedData {
  readonly domain: Readonly<Record<string, unknown>>;
  readonly types: object;
  readonly primaryType: string;
  readonly message: unknown;
}

/** In the order of EIP-712. */
const domainFields = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
  { name: 'salt', type: 'bytes32' },
];

/** The type that no other refers to. @throws CustosClientError CLIENT_OPTIONS */
export function primaryTypeOf(types: Readonly<Record<string, readonly { readonly type: string }[]>>): string {
  const used = new Set(
    Object.values(types).flatMap((fields) => fields.map(({ type }) => type.replace(/(\[\d*\])+$/, ''))),
  );
  const [primary, ...others] = Object.keys(types).filter((name) => name !== 'EIP712Domain' && !used.has(name));
  if (primary !== undefined && others.length === 0) return primary;
  throw new CustosClientError('CLIENT_OPTIONS', 'the typed data have not exactly one type that no other refers to');
}

export function hexOf(bytes: Uint8Array): Hex {
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** @throws CustosClientError UNREADABLE */
export function requireHex(text: string): Hex {
  const digits = text.replace(/^0x/, '');
  if (/^([0-9a-fA-F]{2})+$/.test(digits)) return `0x${digits}`;
  throw new CustosClientError('UNREADABLE', 'the answer of the server is not hexadecimal digits');
}

/** Numbers of any size become texts; bytes become hexadecimal digits. */
function json(value: unknown): string {
  return JSON.stringify(value, (_name, one: unknown) => {
    if (typeof one === 'bigint') return one.toString();
    return one instanceof Uint8Array ? hexOf(one) : one;
  });
}
