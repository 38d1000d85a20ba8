import type { TokenMove } from '../../../core/chain/summary.js';
import { byPermit2, eitherUnits, type MethodCall, type MethodEffect, method, units } from './method.js';

const EVERYTHING = 2n ** 256n - 1n;

/** Methods that let someone take tokens, or stop it. */
export const allowanceMethods = [
  method('0x095ea7b3', 'approve(address,uint256)', approve),
  method('0x3177029f', 'approveAndCall(address,uint256)', (call) => calledBack(approve(call))),
  method('0xcae9ca51', 'approveAndCall(address,uint256,bytes)', (call) => calledBack(approve(call))),
  method('0x426a8493', 'approve(address,uint256,uint256)', approveItem),
  // The form of DS-Token, without an amount: everything.
  method('0xdaea85c5', 'approve(address)', (call) => {
    const to = call.address(0);
    const move = { standard: call.standard(20), contract: call.contract, from: call.sender, to, amount: EVERYTHING };
    const text = `allows ${to} to take ${units(EVERYTHING)} of token ${call.contract}`;
    return { kind: 'token-approval', moves: [{ ...move, action: 'approve' }], text };
  }),
  method('0x39509351', 'increaseAllowance(address,uint256)', (call) => changed(call, 'approve')),
  method('0xd73dd623', 'increaseApproval(address,uint256)', (call) => changed(call, 'approve')),
  method('0xa457c2d7', 'decreaseAllowance(address,uint256)', (call) => changed(call, 'revoke')),
  method('0x66188463', 'decreaseApproval(address,uint256)', (call) => changed(call, 'revoke')),
  method('0xd505accf', 'permit(address,address,uint256,uint256,uint8,bytes32,bytes32)', (call) => permit(call)),
  method('0x9fd5a6cf', 'permit(address,address,uint256,uint256,bytes)', (call) => permit(call)),
  method('0x8fcbaf0c', 'permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)', (call) =>
    permit(call, call.number(4) === 0n ? 0n : EVERYTHING),
  ),
  method('0x7ac2ff7b', 'permit(address,uint256,uint256,uint8,bytes32,bytes32)', permitOfItem),
  method('0xc04a8a10', 'approveDelegation(address,uint256)', (call) =>
    credit(call, { from: call.sender, to: call.address(0), amount: call.number(1) }),
  ),
  method('0x0b52d558', 'delegationWithSig(address,address,uint256,uint256,uint8,bytes32,bytes32)', (call) =>
    credit(call, { from: call.address(0), to: call.address(1), amount: call.number(2) }),
  ),
  method('0xa22cb465', 'setApprovalForAll(address,bool)', (call) => forAll(call, call.standard(721, 1155))),
  method('0x558a7297', 'setOperator(address,bool)', (call) => forAll(call, call.standard(6909))),
  method('0x110496e5', 'allow(address,bool)', (call) => forAll(call, 'account of a lending contract')),
  method('0xfa6e671d', 'setRelayerApproval(address,address,bool)', (call) => ofAccount(call, 'relayed account')),
  method('0x9f5c462a', 'setAccountOperator(address,address,bool)', (call) => ofAccount(call, 'operated account')),
  method('0xbb24d994', 'allowBySig(address,address,bool,uint256,uint256,uint8,bytes32,bytes32)', (call) =>
    ofAccount(call, 'account of a lending contract'),
  ),
  method('0xeecea000', 'setAuthorization(address,bool)', (call) => forAll(call, 'account of a lending contract')),
  method('0xa3b22fc4', 'hope(address)', (call) => forAll(call, 'account of a ledger', true)),
  method('0xdc4d20fa', 'nope(address)', (call) => forAll(call, 'account of a ledger', false)),
  method('0x959b8c3f', 'authorizeOperator(address)', (call) => forAll(call, call.standard(777), true)),
  method('0xfad8b32a', 'revokeOperator(address)', (call) => forAll(call, call.standard(777), false)),
  method('0x87517c45', 'approve(address,address,uint160,uint48)', (call) => {
    const [contract, to, amount] = [call.address(0), call.address(1), call.number(2)];
    return allowances([{ ...permit2(call, call.sender, to), contract, amount }], 'allows');
  }),
  method('0x2b67b570', 'permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)', (call) => {
    const move = permit2(call, call.address(0), call.address(1, 1));
    return allowances([{ ...move, contract: call.address(1, 0, 0), amount: call.number(1, 0, 1) }], handsIn(move.from));
  }),
  method('0x2a2d80d1', 'permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)', (call) => {
    const move = permit2(call, call.address(0), call.address(1, 1));
    const moves = Array.from({ length: call.length(1, 0) }, (_, at) => ({
      ...move,
      contract: call.address(1, 0, at, 0),
      amount: call.number(1, 0, at, 1),
    }));
    return allowances(moves, handsIn(move.from));
  }),
  method('0x36c78516', 'transferFrom(address,address,uint160,address)', (call) => transfers(call, [[]])),
  method('0x0d58b1db', 'transferFrom((address,address,uint160,address)[])', (call) =>
    transfers(
      call,
      Array.from({ length: call.length(0) }, (_, at) => [0, at]),
    ),
  ),
  method('0xcc53287f', 'lockdown((address,address)[])', (call) => {
    const moves = Array.from({ length: call.length(0) }, (_, at) => {
      const [contract, to] = [call.address(0, at, 0), call.address(0, at, 1)];
      return { standard: byPermit2(call), contract, from: call.sender, to, action: 'revoke' as const };
    });
    return { kind: 'token-approval', moves, text: `takes back ${moves.length} allowances at ${call.contract}` };
  }),
];

function approve(call: MethodCall): MethodEffect {
  const [to, number] = [call.address(0), call.number(1)];
  const move = {
    standard: call.standard(20, 721),
    contract: call.contract,
    from: call.sender,
    to,
    amount: number,
    tokenId: number,
  };
  const text = `allows ${to} to take ${eitherUnits(number)} of token ${call.contract}`;
  return { kind: 'token-approval', moves: [{ ...move, action: 'approve' }], text };
}

function calledBack(effect: MethodEffect): MethodEffect {
  return { ...effect, text: `${effect.text} and calls it`, opaque: true };
}

function approveItem(call: MethodCall): MethodEffect {
  const [to, tokenId, amount] = [call.address(0), call.number(1), call.number(2)];
  const move = { standard: call.standard(6909), contract: call.contract, from: call.sender, to, amount };
  const text = `allows ${to} to take ${units(amount)} of token ${tokenId} of contract ${call.contract}`;
  // Nothing of a token is nothing, whatever its number, so an amount of 0 is a revocation here.
  const right = amount === 0n ? { action: 'revoke' as const } : { action: 'approve' as const };
  return { kind: 'token-approval', moves: [{ ...move, tokenId, ...right }], text };
}

function changed(call: MethodCall, action: 'approve' | 'revoke'): MethodEffect {
  const [to, amount] = [call.address(0), call.number(1)];
  const more = action === 'approve' ? 'more' : 'less';
  return {
    kind: 'token-approval',
    moves: [{ standard: call.standard(20), contract: call.contract, from: call.sender, to, amount, action }],
    text: `allows ${to} to take ${units(amount)} ${more} of token ${call.contract} than before`,
  };
}

/** ERC-2612, and the form of DAI, which knows everything or nothing. */
function permit(call: MethodCall, amount = call.number(2)): MethodEffect {
  const [from, to] = [call.address(0), call.address(1)];
  const moves = [
    { standard: call.standard(20), contract: call.contract, from, to, amount, action: 'approve' as const },
  ];
  const text = `hands in the permit of ${from} that ${to} may take ${units(amount)} of token ${call.contract}`;
  return { kind: 'token-approval', moves, text };
}

function permitOfItem(call: MethodCall): MethodEffect {
  const [to, tokenId] = [call.address(0), call.number(1)];
  const moves = [{ standard: call.standard(721), contract: call.contract, to, tokenId, action: 'approve' as const }];
  const text = `hands in a permit that ${to} may take token ${tokenId} of contract ${call.contract}`;
  return { kind: 'token-approval', moves, text };
}

function forAll(call: MethodCall, standard: string, isGrant = call.number(1) !== 0n): MethodEffect {
  const to = call.address(0);
  const move = { standard, contract: call.contract, from: call.sender, to };
  const text = isGrant
    ? `allows ${to} to take all tokens of contract ${call.contract}, without limit`
    : `no longer allows ${to} to take the tokens of contract ${call.contract}`;
  return { kind: 'token-approval', moves: [{ ...move, action: isGrant ? 'approve-all' : 'revoke' }], text };
}

/** A right over an account that a contract keeps, which is named before the one who gets it. */
function ofAccount(call: MethodCall, standard: string): MethodEffect {
  const [from, to, isGrant] = [call.address(0), call.address(1), call.number(2) !== 0n];
  const text = `${isGrant ? 'allows' : 'no longer allows'} ${to} to act for the account of ${from} at contract ${call.contract}`;
  const move = { standard, contract: call.contract, from, to };
  return { kind: 'token-approval', moves: [{ ...move, action: isGrant ? 'approve-all' : 'revoke' }], text };
}

function credit(call: MethodCall, { from, to, amount }: { from: string; to: string; amount: bigint }): MethodEffect {
  const move = { standard: 'credit', contract: call.contract, from, to, amount };
  const text = `allows ${to} to borrow ${units(amount)} on the account of ${from} from contract ${call.contract}`;
  return { kind: 'token-approval', moves: [{ ...move, action: 'approve' }], text };
}

function permit2(call: MethodCall, from: string, to: string) {
  return { standard: byPermit2(call), from, to, action: 'approve' as const };
}

function handsIn(from: string): string {
  return `hands in the permit of ${from}, which allows`;
}

function allowances(moves: readonly (TokenMove & { amount: bigint; to: string })[], words: string): MethodEffect {
  const list = moves.map(({ contract, to, amount }) => `${to} to take ${units(amount)} of token ${contract}`);
  return { kind: 'token-approval', moves, text: `${words} ${list.length === 0 ? 'nothing' : list.join(' and ')}` };
}

function transfers(call: MethodCall, paths: readonly (readonly number[])[]): MethodEffect {
  const moves = paths.map((path): TokenMove => {
    const [from, to, contract] = [call.address(...path, 0), call.address(...path, 1), call.address(...path, 3)];
    return { standard: byPermit2(call), contract, from, to, amount: call.number(...path, 2), action: 'transfer' };
  });
  const list = moves.map(
    ({ contract, from, to, amount = 0n }) => `${units(amount)} of token ${contract} from ${from} to ${to}`,
  );
  return { kind: 'token-transfer', moves, text: `moves ${list.length === 0 ? 'nothing' : list.join(' and ')}` };
}
