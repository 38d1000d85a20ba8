import type { TokenMove } from '../../../core/chain/summary.js';
import { eitherUnits, type MethodCall, type MethodEffect, method, type TokenStandard, units } from './method.js';

/** Methods that move, make or burn tokens. */
export const tokenMethods = [
  method('0xa9059cbb', 'transfer(address,uint256)', transfer),
  method('0xbe45fd62', 'transfer(address,uint256,bytes)', withBytes(transfer, 2)),
  method('0x1296ee62', 'transferAndCall(address,uint256)', (call) => calledBack(transfer(call))),
  method('0x4000aea0', 'transferAndCall(address,uint256,bytes)', (call) => calledBack(transfer(call))),
  method('0x9bd9bbc6', 'send(address,uint256,bytes)', withBytes(transfer, 2)),
  method('0x23b872dd', 'transferFrom(address,address,uint256)', transferFrom),
  method('0xd8fbe994', 'transferFromAndCall(address,address,uint256)', (call) => calledBack(transferFrom(call))),
  method('0xc1d34b89', 'transferFromAndCall(address,address,uint256,bytes)', (call) => calledBack(transferFrom(call))),
  method('0x42842e0e', 'safeTransferFrom(address,address,uint256)', uniqueTransfer),
  method('0xb88d4fde', 'safeTransferFrom(address,address,uint256,bytes)', withBytes(uniqueTransfer, 3)),
  method(
    '0xf242432a',
    'safeTransferFrom(address,address,uint256,uint256,bytes)',
    withBytes((call) => multiple(call, { ids: [call.number(2)], amounts: [call.number(3)], from: 0, to: 1 }), 4),
  ),
  method(
    '0x2eb2c2d6',
    'safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)',
    withBytes((call) => multiple(call, { ids: call.numbers(2), amounts: call.numbers(3), from: 0, to: 1 }), 4),
  ),
  method('0x095bcdb6', 'transfer(address,uint256,uint256)', (call) => partly(call, { to: 0, id: 1, amount: 2 })),
  method('0xfe99049a', 'transferFrom(address,address,uint256,uint256)', (call) =>
    partly(call, { from: 0, to: 1, id: 2, amount: 3 }),
  ),
  method(
    '0x731133e9',
    'mint(address,uint256,uint256,bytes)',
    withBytes((call) => multiple(call, { ids: [call.number(1)], amounts: [call.number(2)], to: 0 }), 3),
  ),
  method(
    '0x1f7fdffa',
    'mintBatch(address,uint256[],uint256[],bytes)',
    withBytes((call) => multiple(call, { ids: call.numbers(1), amounts: call.numbers(2), to: 0 }), 3),
  ),
  method('0xf5298aca', 'burn(address,uint256,uint256)', (call) =>
    multiple(call, { ids: [call.number(1)], amounts: [call.number(2)], from: 0 }),
  ),
  method('0x6b20c454', 'burnBatch(address,uint256[],uint256[])', (call) =>
    multiple(call, { ids: call.numbers(1), amounts: call.numbers(2), from: 0 }),
  ),
  method('0x40c10f19', 'mint(address,uint256)', (call) => mint(call, [20, 721])),
  method('0xa1448194', 'safeMint(address,uint256)', (call) => mint(call, [721])),
  method('0x50bb4e7f', 'mintWithTokenURI(address,uint256,string)', (call) => mint(call, [721])),
  method('0xcd279c7c', 'safeMint(address,uint256,string)', (call) => mint(call, [721])),
  method('0x42966c68', 'burn(uint256)', (call) =>
    burn(call, { from: call.sender, number: call.number(0), standards: [20, 721] }),
  ),
  method('0x79cc6790', 'burnFrom(address,uint256)', (call) =>
    burn(call, { from: call.address(0), number: call.number(1), standards: [20] }),
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
];

function transfer(call: MethodCall): MethodEffect {
  const [to, amount] = [call.address(0), call.number(1)];
  const moves = [
    {
      standard: call.standard(20),
      contract: call.contract,
      from: call.sender,
      to,
      amount,
      action: 'transfer' as const,
    },
  ];
  return { kind: 'token-transfer', moves, text: `transfers ${units(amount)} of token ${call.contract} to ${to}` };
}

function transferFrom(call: MethodCall): MethodEffect {
  const [from, to, number] = [call.address(0), call.address(1), call.number(2)];
  const move = { standard: call.standard(20, 721), contract: call.contract, from, to, amount: number, tokenId: number };
  const text = `moves ${eitherUnits(number)} of token ${call.contract} from ${from} to ${to}`;
  return { kind: 'token-transfer', moves: [{ ...move, action: 'transfer' }], text };
}

/** What the receiver does with the bytes that it is handed cannot be seen. */
function withBytes(effect: (call: MethodCall) => MethodEffect, position: number) {
  return (call: MethodCall): MethodEffect => {
    const found = effect(call);
    return call.length(position) === 0 ? found : { ...found, opaque: true };
  };
}

/** The receiver is always called (ERC-1363, ERC-677), so what it does cannot be seen. */
function calledBack(effect: MethodEffect): MethodEffect {
  return { ...effect, text: `${effect.text} and calls it`, opaque: true };
}

function uniqueTransfer(call: MethodCall): MethodEffect {
  const [from, to, tokenId] = [call.address(0), call.address(1), call.number(2)];
  return {
    kind: 'token-transfer',
    moves: [{ standard: call.standard(721), contract: call.contract, from, to, tokenId, action: 'transfer' }],
    text: `moves token ${tokenId} of contract ${call.contract} from ${from} to ${to}`,
  };
}

/** ERC-6909. */
function partly(call: MethodCall, at: { from?: number; to: number; id: number; amount: number }): MethodEffect {
  const from = at.from === undefined ? call.sender : call.address(at.from);
  const [to, tokenId, amount] = [call.address(at.to), call.number(at.id), call.number(at.amount)];
  const move: TokenMove = {
    standard: call.standard(6909),
    contract: call.contract,
    from,
    to,
    tokenId,
    amount,
    action: 'transfer',
  };
  const text = `moves ${units(amount)} of token ${tokenId} of contract ${call.contract} from ${from} to ${to}`;
  return { kind: 'token-transfer', moves: [move], text };
}

interface Multiple {
  readonly ids: readonly bigint[];
  readonly amounts: readonly bigint[];
  /** Positions of the arguments; without `from` it is a mint, without `to` a burn. */
  readonly from?: number;
  readonly to?: number;
}

function multiple(call: MethodCall, { ids, amounts, ...positions }: Multiple): MethodEffect {
  const from = positions.from === undefined ? undefined : call.address(positions.from);
  const to = positions.to === undefined ? undefined : call.address(positions.to);
  const action = from === undefined ? 'mint' : to === undefined ? 'burn' : 'transfer';
  const parties = { ...(from && { from }), ...(to && { to }) };
  const moves = ids.map((tokenId, at): TokenMove => {
    const amount = amounts[at];
    const move = { standard: call.standard(1155), contract: call.contract, ...parties, tokenId };
    return { ...move, ...(amount !== undefined && { amount }), action };
  });
  const verb = { mint: 'mints', burn: 'burns', transfer: 'moves' }[action];
  const shown = ids.slice(0, 5).map((id, at) => `${amounts[at] ?? 'an unknown amount'} of token ${id}`);
  const list = [...shown, ...(ids.length > shown.length ? [`${ids.length - shown.length} more kinds`] : [])].join(', ');
  const way = `${from ? ` from ${from}` : ''}${to ? ` to ${to}` : ''}`;
  const text = `${verb} ${list === '' ? 'nothing' : list} of contract ${call.contract}${way}`;
  return { kind: 'token-transfer', moves, text, ...(ids.length !== amounts.length && { opaque: true }) };
}

function mint(call: MethodCall, standards: TokenStandard[]): MethodEffect {
  const [to, number] = [call.address(0), call.number(1)];
  const isEither = standards.length > 1;
  const numbers = isEither ? { amount: number, tokenId: number } : { tokenId: number };
  const what = isEither ? eitherUnits(number) : `token ${number}`;
  return {
    kind: 'token-transfer',
    moves: [{ standard: call.standard(...standards), contract: call.contract, to, ...numbers, action: 'mint' }],
    text: `mints ${what} of contract ${call.contract} for ${to}`,
  };
}

function burn(
  call: MethodCall,
  { from, number, standards }: { from: string; number: bigint; standards: TokenStandard[] },
): MethodEffect {
  const isEither = standards.length > 1;
  const numbers = isEither ? { amount: number, tokenId: number } : { amount: number };
  const what = isEither ? eitherUnits(number) : units(number);
  return {
    kind: 'token-transfer',
    moves: [{ standard: call.standard(...standards), contract: call.contract, from, ...numbers, action: 'burn' }],
    text: `burns ${what} of contract ${call.contract} that ${from} owns`,
  };
}
