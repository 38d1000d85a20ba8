import type { TokenMove } from '../../../core/chain/summary.js';
import { byPermit2, type MethodCall, type MethodEffect, method, units } from './method.js';

/** Methods that hand in what an owner of tokens has signed: whoever sends it moves the tokens. */
export const authorityMethods = [
  ...(
    [
      ['0xe3ee160e', 'transferWithAuthorization', 'uint8,bytes32,bytes32'],
      ['0xcf092995', 'transferWithAuthorization', 'bytes'],
      ['0xef55bec6', 'receiveWithAuthorization', 'uint8,bytes32,bytes32'],
      ['0x88b7ab63', 'receiveWithAuthorization', 'bytes'],
    ] as const
  ).map(([selector, name, signed]) =>
    method(selector, `${name}(address,address,uint256,uint256,uint256,bytes32,${signed})`, authorized),
  ),
  method(
    '0x30f28b7a',
    'permitTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes)',
    permitted,
  ),
  method(
    '0x137c29fe',
    'permitWitnessTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes32,string,bytes)',
    permitted,
  ),
  method(
    '0xedd9444b',
    'permitTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes)',
    permittedMany,
  ),
  method(
    '0xfe8ec1a7',
    'permitWitnessTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes32,string,bytes)',
    permittedMany,
  ),
];

/** EIP-3009. */
function authorized(call: MethodCall): MethodEffect {
  const [from, to, amount] = [call.address(0), call.address(1), call.number(2)];
  const move: TokenMove = {
    standard: call.standard(20),
    contract: call.contract,
    from,
    to,
    amount,
    action: 'transfer',
  };
  const text = `moves ${units(amount)} of token ${call.contract} from ${from}, whose authorization it hands in, to ${to}`;
  return { kind: 'token-transfer', moves: [move], text };
}

function permitted(call: MethodCall): MethodEffect {
  const [contract, to, amount, from] = [call.address(0, 0, 0), call.address(1, 0), call.number(1, 1), call.address(2)];
  const text = `moves ${units(amount)} of token ${contract} from ${from}, whose permit it hands in, to ${to}`;
  const move: TokenMove = { standard: byPermit2(call), contract, from, to, amount, action: 'transfer' };
  return { kind: 'token-transfer', moves: [move], text };
}

function permittedMany(call: MethodCall): MethodEffect {
  const from = call.address(2);
  const moves = Array.from({ length: call.length(1) }, (_, at): TokenMove => {
    const [contract, to, amount] = [call.address(0, 0, at, 0), call.address(1, at, 0), call.number(1, at, 1)];
    return { standard: byPermit2(call), contract, from, to, amount, action: 'transfer' };
  });
  const list = moves.map(({ contract, to, amount = 0n }) => `${units(amount)} of token ${contract} to ${to}`);
  const text = `moves from ${from}, whose permit it hands in, ${list.length === 0 ? 'nothing' : list.join(' and ')}`;
  // A contract takes the same number of both; what it does with others is unknown.
  return { kind: 'token-transfer', moves, text, ...(call.length(0, 0) !== moves.length && { opaque: true }) };
}
