import type { Effect } from '../../../core/chain/effect.js';
import type { TokenMove } from '../../../core/chain/summary.js';
import { units } from '../calls/method.js';
import { CallReader, type CallRules } from '../calls/reader.js';
import type { TypedReader } from './typed-reader.js';

/** Where typed data count: the contract that the domain names, and who signs, both as shown. */
export interface Place {
  readonly contract: string;
  readonly from: string;
  readonly rules: CallRules;
}

/** What typed data let a contract do. */
export interface KnownData {
  readonly moves: readonly TokenMove[];
  /** What is no move of tokens. */
  readonly effects?: readonly Effect[];
  /** A part of a sentence without subject. */
  readonly text: string;
  /** A part of the data is not understood, or the contract is another than the standard's. */
  readonly opaque?: true;
}

type Known = (data: TypedReader, place: Place) => KnownData;

/** Permit2 has one address on every chain. https://docs.uniswap.org/contracts/v4/deployments */
const PERMIT2 = '0x000000000022d473030f116ddee9f6b43ac78ba3';
const EVERYTHING = 2n ** 256n - 1n;

const DETAILS = 'PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)';
const PERMISSIONS = 'TokenPermissions(address token,uint256 amount)';
const AUTHORIZED = 'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce';
const ITEM = 'uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount';
const ORDER = `OrderComponents(address offerer,address zone,OfferItem[] offer,ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter)ConsiderationItem(${ITEM},address recipient)OfferItem(${ITEM})`;

const FORWARD = 'address from,address to,uint256 value,uint256 gas,uint256 nonce';

/** Typed data that are understood, by their whole type. A type that differs in one letter is another one. */
const known: ReadonlyMap<string, Known> = new Map<string, Known>([
  // ERC-2612.
  [
    'Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)',
    (data, { contract }) =>
      allowance({ contract, from: data.text('owner'), to: data.text('spender'), amount: data.number('value') }),
  ],
  // DAI, which knows everything or nothing.
  [
    'Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)',
    (data, { contract }) => {
      const amount = data.flag('allowed') ? EVERYTHING : 0n;
      return allowance({ contract, from: data.text('holder'), to: data.text('spender'), amount });
    },
  ],
  // ERC-4494, an item of a collection.
  [
    'Permit(address spender,uint256 tokenId,uint256 nonce,uint256 deadline)',
    (data, { contract, from }) => {
      const [to, tokenId] = [data.text('spender'), data.number('tokenId')];
      const text = `allows ${to} to take token ${tokenId} of contract ${contract}`;
      return { moves: [{ standard: 'ERC-721', contract, from, to, tokenId, action: 'approve' }], text };
    },
  ],
  [
    `PermitSingle(PermitDetails details,address spender,uint256 sigDeadline)${DETAILS}`,
    (data, place) => released([data.at('details')], data, place),
  ],
  [
    `PermitBatch(PermitDetails[] details,address spender,uint256 sigDeadline)${DETAILS}`,
    (data, place) => released(data.list('details'), data, place),
  ],
  [
    `PermitTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline)${PERMISSIONS}`,
    (data, place) => released([data.at('permitted')], data, place),
  ],
  [
    `PermitBatchTransferFrom(TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline)${PERMISSIONS}`,
    (data, place) => released(data.list('permitted'), data, place),
  ],
  [`TransferWithAuthorization(${AUTHORIZED})`, authorized],
  [`ReceiveWithAuthorization(${AUTHORIZED})`, authorized],
  [
    'CancelAuthorization(address authorizer,bytes32 nonce)',
    (data) => ({
      moves: [],
      text: `cancels the authorization ${data.text('nonce')} of ${data.text('authorizer')}`,
    }),
  ],
  [ORDER, order],
  [
    'SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)',
    safeTransaction,
  ],
  // Tokens of Polygon's bridge, and other contracts with meta-transactions of their own.
  [
    'MetaTransaction(uint256 nonce,address from,bytes functionSignature)',
    (data, place) =>
      forwarded({ from: data.text('from'), to: place.contract, data: data.bytes('functionSignature') }, place),
  ],
  // Forwarders of ERC-2771, as OpenZeppelin's contracts 4 and 5 have them.
  [`ForwardRequest(${FORWARD},bytes data)`, forwardRequest],
  [`ForwardRequest(${FORWARD},uint48 deadline,bytes data)`, forwardRequest],
]);

/** Permits of Permit2 with data of whoever asks for them: https://docs.uniswap.org/contracts/permit2/reference/signature-transfer */
const witnessed =
  /^Permit(Batch)?WitnessTransferFrom\(TokenPermissions(\[\])? permitted,address spender,uint256 nonce,uint256 deadline,[\w$[\]]+ witness\)/;

/** @returns undefined for typed data that are not understood */
export function knownData(encodedType: string, data: TypedReader, place: Place): KnownData | undefined {
  const found = known.get(encodedType);
  if (found !== undefined) return found(data, place);
  const [isWitnessed, batch, list] = witnessed.exec(encodedType) ?? [];
  if (isWitnessed === undefined || (batch === undefined) !== (list === undefined)) return undefined;
  if (!encodedType.includes(`)${PERMISSIONS}`)) return undefined;
  const parts = batch === undefined ? [data.at('permitted')] : data.list('permitted');
  const { moves, text } = released(parts, data, place);
  return { moves, text: `${text}, with further terms`, opaque: true };
}

function allowance(
  move: { contract: string; from: string; to: string; amount: bigint },
  standard = 'ERC-20',
): KnownData {
  return { moves: [{ ...move, standard, action: 'approve' }], text: allows(move) };
}

function allows({ to, amount, contract }: { to: string; amount: bigint; contract: string }): string {
  return `allows ${to} to take ${units(amount)} of token ${contract}`;
}

/** Tokens that Permit2 lets a spender take. */
function released(parts: readonly TypedReader[], data: TypedReader, { contract, from }: Place): KnownData {
  const to = data.text('spender');
  const moves = parts.map((part): TokenMove & { readonly to: string; readonly amount: bigint } => ({
    standard: 'ERC-20 by Permit2',
    contract: part.text('token'),
    from,
    to,
    amount: part.number('amount'),
    action: 'approve',
  }));
  const text = moves.length === 0 ? `allows ${to} nothing` : moves.map(allows).join(', ');
  return { moves, text, ...(contract !== PERMIT2 && { opaque: true }) };
}

/** EIP-3009. */
function authorized(data: TypedReader, { contract }: Place): KnownData {
  const [from, to, amount] = [data.text('from'), data.text('to'), data.number('value')];
  const text = `sends ${units(amount)} of token ${contract} from ${from} to ${to}`;
  return { moves: [{ standard: 'ERC-20', contract, from, to, amount, action: 'transfer' }], text };
}

/** An order of Seaport: whoever gives what it considers takes what it offers. https://github.com/ProjectOpenSea/seaport */
function order(data: TypedReader, { contract, rules }: Place): KnownData {
  const offerer = data.text('offerer');
  const offer = data.list('offer').map((item) => orderItem(item, rules));
  const back = data.list('consideration').filter((item) => item.text('recipient') === offerer);
  const price = back.map((item) => orderItem(item, rules).text).join(', ');
  const effects = offer.map(
    ({ text: _, ...given }): Effect => ({
      op: 'trade',
      code: 'market-order',
      from: offerer,
      ...given,
      contract,
      method: 'OrderComponents',
    }),
  );
  const given = offer.map(({ text }) => text).join(', ');
  const text = `offers ${given === '' ? 'nothing' : given} of ${offerer} for ${price === '' ? 'nothing' : price}`;
  return { moves: [], effects, text };
}

/** Amounts may change with time: what is given is the higher one. */
function orderItem(item: TypedReader, { coin }: CallRules) {
  const [type, start, end] = [item.number('itemType'), item.number('startAmount'), item.number('endAmount')];
  const growth = end - start;
  const amount = growth > 0n ? start + growth : start;
  const asset = type === 0n ? coin : item.text('token');
  const tokenId = item.number('identifierOrCriteria');
  const text = `${units(amount)} of ${asset}`;
  if (type === 2n || type === 3n) return { asset, amount, tokenId, text: `${text} number ${tokenId}` };
  return { asset, amount, text };
}

const EXECUTE = '6a761202';

/** The owners of a Safe sign what it is to call: read as the call that hands the signature in. */
function safeTransaction(data: TypedReader, { contract, from, rules }: Place): KnownData {
  const names = ['operation', 'safeTxGas', 'baseGas', 'gasPrice'];
  const payload = data.bytes('data');
  const padding = new Uint8Array((32 - (payload.length % 32)) % 32);
  const tail = [word(BigInt(payload.length)), payload, padding];
  const behind = 10 * 32 + 32 + payload.length + padding.length;
  const call = Buffer.concat([
    Buffer.from(EXECUTE, 'hex'),
    addressWord(data.text('to'), rules),
    word(data.number('value')),
    word(10n * 32n),
    ...names.map((name) => word(data.number(name))),
    addressWord(data.text('gasToken'), rules),
    addressWord(data.text('refundReceiver'), rules),
    word(BigInt(behind)),
    ...tail,
    // No signature yet.
    word(0n),
  ]);
  const read = new CallReader(rules).read({
    to: rules.read(contract),
    data: new Uint8Array(call),
    value: 0n,
    sender: from,
  });
  // The first is the call itself, in bytes that are not sent yet; its content is in the typed data.
  const [first, ...inner] = read.effects;
  const { data: _, args: __, ...own }: Effect = first ?? { op: 'call', from };
  return {
    moves: read.moves,
    effects: [own, ...inner],
    text: read.text,
    ...(read.opaque === true && { opaque: true }),
  };
}

/** Whoever hands it in has the call made in the signer's name, by a contract that the called one trusts. */
function forwardRequest(data: TypedReader, place: Place): KnownData {
  const [from, to, value] = [data.text('from'), data.text('to'), data.number('value')];
  return forwarded({ from, to, value, data: data.bytes('data') }, place);
}

function forwarded(
  call: { readonly from: string; readonly to: string; readonly value?: bigint; readonly data: Uint8Array },
  { contract, rules }: Place,
): KnownData {
  const { from, to, value = 0n, data } = call;
  const read = new CallReader(rules).read({ to: rules.read(to), data, value, sender: from });
  return {
    moves: read.moves,
    effects: read.effects,
    text: `lets contract ${contract} make a call for ${from}, which ${read.text}`,
    ...(read.opaque === true && { opaque: true }),
  };
}

function word(value: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}

function addressWord(address: string, rules: CallRules): Uint8Array {
  return Buffer.concat([new Uint8Array(12), rules.read(address)]);
}
