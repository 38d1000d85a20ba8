import type { Hazard } from '../../core/hazards.js';
import { type MethodCall, type MethodEffect, method } from './evm-method.js';

/** Methods whose arguments are calls. */
export const bundleMethods = [
  method('0xac9650d8', 'multicall(bytes[])', (call) => ofItself(call, 0)),
  method('0x5ae401dc', 'multicall(uint256,bytes[])', (call) => ofItself(call, 1)),
  method('0x1f0464d1', 'multicall(bytes32,bytes[])', (call) => ofItself(call, 1)),
  method('0x252dba42', 'aggregate((address,bytes)[])', (call) => ofOthers(call, { list: 0, data: 1 })),
  method('0xbce38bd7', 'tryAggregate(bool,(address,bytes)[])', (call) => ofOthers(call, { list: 1, data: 1 })),
  method('0x82ad56cb', 'aggregate3((address,bool,bytes)[])', (call) => ofOthers(call, { list: 0, data: 2 })),
  method('0x174dea71', 'aggregate3Value((address,bool,uint256,bytes)[])', (call) =>
    ofOthers(call, { list: 0, data: 3, value: 2 }),
  ),
  method('0xb61d27f6', 'execute(address,uint256,bytes)', (call) => ofWallet(call)),
  method('0xc6427474', 'submitTransaction(address,uint256,bytes)', (call) => ofWallet(call, 'propose')),
  method('0x468721a7', 'execTransactionFromModule(address,uint256,bytes,uint8)', (call) => ofSafe(call)),
  method(
    '0x6a761202',
    'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)',
    (call) => withRefund(call, ofSafe(call)),
  ),
];

/** Calls that a contract makes to itself, in the name of the sender. */
function ofItself(call: MethodCall, list: number): MethodEffect {
  const parts = Array.from({ length: call.length(list) }, (_, at) =>
    call.inner({ to: call.target, data: call.bytes(list, at), value: 0n, sender: call.sender }),
  );
  return together(parts, `makes ${parts.length} calls to contract ${call.contract} at once`);
}

/** Calls of other contracts, in the name of the contract that bundles them. */
function ofOthers(
  call: MethodCall,
  { list, data, value }: { list: number; data: number; value?: number },
): MethodEffect {
  const parts = Array.from({ length: call.length(list) }, (_, at) =>
    call.inner({
      to: call.bytes(list, at, 0),
      data: call.bytes(list, at, data),
      value: value === undefined ? 0n : call.number(list, at, value),
      sender: call.contract,
    }),
  );
  return together(parts, `lets contract ${call.contract} make ${parts.length} calls`);
}

/** A message that a wallet that is a contract sends. */
function ofWallet(call: MethodCall, verb = 'make'): MethodEffect {
  const message = { to: call.bytes(0), data: call.bytes(2), value: call.number(1), sender: call.contract };
  return together([call.inner(message)], `lets contract ${call.contract} ${verb} a call`);
}

function ofSafe(call: MethodCall): MethodEffect {
  if (call.number(3) === 0n) return ofWallet(call);
  // Foreign code that runs as the wallet itself (DELEGATECALL) can do everything, also become its owner.
  const party = call.address(0);
  const hazard = { kind: 'account-control', party, asset: call.contract, text: 'DELEGATECALL' } as const;
  const text = `lets the code of ${party} act as contract ${call.contract} itself`;
  return { kind: 'contract-call', moves: [], text, opaque: true, hazards: [hazard] };
}

/** A wallet may pay for the gas, at a price that is only bounded by what it holds. */
function withRefund(call: MethodCall, effect: MethodEffect): MethodEffect {
  const price = call.number(6);
  if (price === 0n) return effect;
  const receiver = call.address(8);
  const text = `${effect.text}, and pays ${receiver} for the gas at a price of ${price}`;
  return { ...effect, text, opaque: true };
}

function together(parts: readonly (MethodEffect | undefined)[], text: string): MethodEffect {
  const known = parts.filter((part) => part !== undefined);
  const isOpaque = known.length < parts.length || known.some(({ opaque }) => opaque === true);
  const words = known.length === 0 ? '' : `: ${known.map((part) => part.text).join('; ')}`;
  return {
    kind: 'contract-call',
    moves: known.flatMap(({ moves }) => moves),
    text: `${text}${words}`,
    hazards: known.flatMap(({ hazards = [] }): readonly Hazard[] => hazards),
    ...(isOpaque && { opaque: true as const }),
  };
}
