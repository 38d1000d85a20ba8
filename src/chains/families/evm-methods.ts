import type { TokenMove } from '../../core/summary.js';
import type { AbiType } from './evm-abi.js';

/** The arguments of a call with the words to show them. */
export interface MethodArguments {
  /** Contract that is called, as shown. */
  readonly contract: string;
  /** Sender of the transaction, as shown. */
  readonly sender: string;
  address(position: number): string;
  number(position: number): bigint;
  numbers(position: number): readonly bigint[];
}

/** What a call does to tokens, and the words for it. */
export interface MethodEffect {
  readonly kind: 'token-transfer' | 'token-approval' | 'contract-call';
  readonly moves: readonly TokenMove[];
  /** A part of a sentence without subject, e.g. `transfers 5 units of …`. */
  readonly text: string;
  /** True where the arguments carry further calls or bytes whose effect is not known. */
  readonly opaque?: true;
}

/** A method of a contract that is understood. */
export interface KnownMethod {
  /** As hashed for the selector, e.g. transfer(address,uint256). */
  readonly signature: string;
  readonly types: readonly AbiType[];
  effect(call: MethodArguments): MethodEffect;
}

const abiTypes: readonly AbiType[] = [
  ...(['address', 'uint256', 'uint8', 'bool', 'bytes32'] as const),
  ...(['bytes', 'string', 'uint256[]', 'bytes[]'] as const),
];

const EITHER = 'ERC-20 or ERC-721';
const UNLIMITED = 2n ** 255n;

/** Known methods by selector. Which standard a contract obeys cannot be seen from a call, so shared selectors say both readings. */
export const knownMethods: ReadonlyMap<string, KnownMethod> = new Map([
  method('0xa9059cbb', 'transfer(address,uint256)', (call) => {
    const [to, amount] = [call.address(0), call.number(1)];
    const moves = [
      { standard: 'ERC-20', contract: call.contract, from: call.sender, to, amount, action: 'transfer' as const },
    ];
    return { kind: 'token-transfer', moves, text: `transfers ${units(amount)} of token ${call.contract} to ${to}` };
  }),
  method('0x23b872dd', 'transferFrom(address,address,uint256)', (call) => {
    const [from, to, number] = [call.address(0), call.address(1), call.number(2)];
    const move = { standard: EITHER, contract: call.contract, from, to, amount: number, tokenId: number };
    const text = `moves ${eitherUnits(number)} of token ${call.contract} from ${from} to ${to}`;
    return { kind: 'token-transfer', moves: [{ ...move, action: 'transfer' }], text };
  }),
  method('0x095ea7b3', 'approve(address,uint256)', (call) => {
    const [to, number] = [call.address(0), call.number(1)];
    const move = { standard: EITHER, contract: call.contract, from: call.sender, to, amount: number, tokenId: number };
    const text = `allows ${to} to take ${eitherUnits(number)} of token ${call.contract}`;
    return { kind: 'token-approval', moves: [{ ...move, action: 'approve' }], text };
  }),
  method('0x39509351', 'increaseAllowance(address,uint256)', (call) => allowance(call, 'approve')),
  method('0xa457c2d7', 'decreaseAllowance(address,uint256)', (call) => allowance(call, 'revoke')),
  method('0xd505accf', 'permit(address,address,uint256,uint256,uint8,bytes32,bytes32)', (call) => {
    const [from, to, amount] = [call.address(0), call.address(1), call.number(2)];
    const moves = [{ standard: 'ERC-20', contract: call.contract, from, to, amount, action: 'approve' as const }];
    const text = `hands in the permit of ${from} that ${to} may take ${units(amount)} of token ${call.contract}`;
    return { kind: 'token-approval', moves, text };
  }),
  method('0xa22cb465', 'setApprovalForAll(address,bool)', (call) => {
    const to = call.address(0);
    const isGrant = call.number(1) === 1n;
    const move = { standard: 'ERC-721 or ERC-1155', contract: call.contract, from: call.sender, to };
    const text = isGrant
      ? `allows ${to} to take all tokens of contract ${call.contract}, without limit`
      : `no longer allows ${to} to take the tokens of contract ${call.contract}`;
    return { kind: 'token-approval', moves: [{ ...move, action: isGrant ? 'approve-all' : 'revoke' }], text };
  }),
  method('0x42842e0e', 'safeTransferFrom(address,address,uint256)', uniqueTransfer),
  method('0xb88d4fde', 'safeTransferFrom(address,address,uint256,bytes)', uniqueTransfer),
  method('0xf242432a', 'safeTransferFrom(address,address,uint256,uint256,bytes)', (call) =>
    multiple(call, { ids: [call.number(2)], amounts: [call.number(3)], from: 0, to: 1 }),
  ),
  method('0x2eb2c2d6', 'safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)', (call) =>
    multiple(call, { ids: call.numbers(2), amounts: call.numbers(3), from: 0, to: 1 }),
  ),
  method('0x731133e9', 'mint(address,uint256,uint256,bytes)', (call) =>
    multiple(call, { ids: [call.number(1)], amounts: [call.number(2)], to: 0 }),
  ),
  method('0x1f7fdffa', 'mintBatch(address,uint256[],uint256[],bytes)', (call) =>
    multiple(call, { ids: call.numbers(1), amounts: call.numbers(2), to: 0 }),
  ),
  method('0xf5298aca', 'burn(address,uint256,uint256)', (call) =>
    multiple(call, { ids: [call.number(1)], amounts: [call.number(2)], from: 0 }),
  ),
  method('0x6b20c454', 'burnBatch(address,uint256[],uint256[])', (call) =>
    multiple(call, { ids: call.numbers(1), amounts: call.numbers(2), from: 0 }),
  ),
  method('0x40c10f19', 'mint(address,uint256)', (call) => mint(call, EITHER)),
  method('0xa1448194', 'safeMint(address,uint256)', (call) => mint(call, 'ERC-721')),
  method('0x50bb4e7f', 'mintWithTokenURI(address,uint256,string)', (call) => mint(call, 'ERC-721')),
  method('0x42966c68', 'burn(uint256)', (call) =>
    burn(call, { from: call.sender, number: call.number(0), standard: EITHER }),
  ),
  method('0x79cc6790', 'burnFrom(address,uint256)', (call) =>
    burn(call, { from: call.address(0), number: call.number(1), standard: 'ERC-20' }),
  ),
  method('0xd0e30db0', 'deposit()', (call) => ({
    kind: 'contract-call',
    moves: [],
    text: `deposits coins into contract ${call.contract} (a wrapped coin gives tokens for them)`,
  })),
  method('0x2e1a7d4d', 'withdraw(uint256)', (call) => ({
    kind: 'contract-call',
    moves: [],
    text: `withdraws ${units(call.number(0))} from contract ${call.contract} (a wrapped coin gives coins for them)`,
  })),
  method('0xac9650d8', 'multicall(bytes[])', bundle),
  method('0x5ae401dc', 'multicall(uint256,bytes[])', bundle),
]);

function method(selector: string, signature: string, effect: KnownMethod['effect']): [string, KnownMethod] {
  return [selector, { signature, types: typesOf(signature), effect }];
}

function typesOf(signature: string): AbiType[] {
  const names = signature.slice(signature.indexOf('(') + 1, -1).split(',');
  return names.flatMap((name) => abiTypes.filter((type) => type === name));
}

function allowance(call: MethodArguments, action: 'approve' | 'revoke'): MethodEffect {
  const [to, amount] = [call.address(0), call.number(1)];
  const more = action === 'approve' ? 'more' : 'less';
  return {
    kind: 'token-approval',
    moves: [{ standard: 'ERC-20', contract: call.contract, from: call.sender, to, amount, action }],
    text: `allows ${to} to take ${units(amount)} ${more} of token ${call.contract} than before`,
  };
}

function uniqueTransfer(call: MethodArguments): MethodEffect {
  const [from, to, tokenId] = [call.address(0), call.address(1), call.number(2)];
  return {
    kind: 'token-transfer',
    moves: [{ standard: 'ERC-721', contract: call.contract, from, to, tokenId, action: 'transfer' }],
    text: `moves token ${tokenId} of contract ${call.contract} from ${from} to ${to}`,
  };
}

interface Multiple {
  readonly ids: readonly bigint[];
  readonly amounts: readonly bigint[];
  /** Positions of the arguments; without `from` it is a mint, without `to` a burn. */
  readonly from?: number;
  readonly to?: number;
}

function multiple(call: MethodArguments, { ids, amounts, ...positions }: Multiple): MethodEffect {
  const from = positions.from === undefined ? undefined : call.address(positions.from);
  const to = positions.to === undefined ? undefined : call.address(positions.to);
  const action = from === undefined ? 'mint' : to === undefined ? 'burn' : 'transfer';
  const parties = { ...(from && { from }), ...(to && { to }) };
  const moves = ids.map((tokenId, at): TokenMove => {
    const amount = amounts[at];
    const move = { standard: 'ERC-1155', contract: call.contract, ...parties, tokenId };
    return { ...move, ...(amount !== undefined && { amount }), action };
  });
  const verb = { mint: 'mints', burn: 'burns', transfer: 'moves' }[action];
  const shown = ids.slice(0, 5).map((id, at) => `${amounts[at] ?? 'an unknown amount'} of token ${id}`);
  const list = [...shown, ...(ids.length > shown.length ? [`${ids.length - shown.length} more kinds`] : [])].join(', ');
  const way = `${from ? ` from ${from}` : ''}${to ? ` to ${to}` : ''}`;
  const text = `${verb} ${list} of contract ${call.contract}${way}`;
  return { kind: 'token-transfer', moves, text, ...(ids.length !== amounts.length && { opaque: true }) };
}

function mint(call: MethodArguments, standard: string): MethodEffect {
  const [to, number] = [call.address(0), call.number(1)];
  const numbers = standard === EITHER ? { amount: number, tokenId: number } : { tokenId: number };
  const what = standard === EITHER ? eitherUnits(number) : `token ${number}`;
  return {
    kind: 'token-transfer',
    moves: [{ standard, contract: call.contract, to, ...numbers, action: 'mint' }],
    text: `mints ${what} of contract ${call.contract} for ${to}`,
  };
}

function burn(
  call: MethodArguments,
  { from, number, standard }: { from: string; number: bigint; standard: string },
): MethodEffect {
  const numbers = standard === EITHER ? { amount: number, tokenId: number } : { amount: number };
  const what = standard === EITHER ? eitherUnits(number) : units(number);
  return {
    kind: 'token-transfer',
    moves: [{ standard, contract: call.contract, from, ...numbers, action: 'burn' }],
    text: `burns ${what} of contract ${call.contract} that ${from} owns`,
  };
}

function bundle(call: MethodArguments): MethodEffect {
  return {
    kind: 'contract-call',
    moves: [],
    text: `makes several calls to contract ${call.contract} at once`,
    opaque: true,
  };
}

function units(amount: bigint): string {
  return amount >= UNLIMITED ? 'an unlimited amount' : `${amount} smallest units`;
}

function eitherUnits(number: bigint): string {
  return number >= UNLIMITED
    ? `${units(number)}`
    : `${units(number)} (or, if it is a collection, the item number ${number})`;
}
