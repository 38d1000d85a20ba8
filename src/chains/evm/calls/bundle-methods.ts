import type { Effect } from '../../../core/chain/effect.js';
import { bytesToBigInt, bytesToHex } from '../../shared/hexadecimal.js';
import { type AbiValue, decodeArguments, typesOf } from './abi.js';
import {
  type InnerEffect,
  isList,
  isUnlimited,
  type Message,
  type MethodCall,
  type MethodEffect,
  method,
} from './method.js';
import { bundleOf, hidden } from './worst-case.js';

/** Methods that take calls as arguments. */
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
  method('0xc3077fa9', 'blockAndAggregate((address,bytes)[])', (call) => ofOthers(call, { list: 0, data: 1 })),
  method('0x399542e9', 'tryBlockAndAggregate(bool,(address,bytes)[])', (call) => ofOthers(call, { list: 1, data: 1 })),
  method('0x0c53c51c', 'executeMetaTransaction(address,bytes,bytes32,bytes32,uint8)', (call) => {
    const message = { to: call.target, data: call.bytes(1), value: 0n, sender: call.address(0) };
    return together(call, [call.inner(message)], `hands in a call of ${call.address(0)} to contract ${call.contract}`);
  }),
  method('0xd2423b51', 'batch(bytes[],bool)', (call) => ofItself(call, 0)),
  method('0x34fcd5be', 'executeBatch((address,uint256,bytes)[])', (call) =>
    ofOthers(call, { list: 0, data: 2, value: 1 }),
  ),
  method('0x18dfb3c7', 'executeBatch(address[],bytes[])', (call) => ofLists(call, { to: 0, data: 1 })),
  method('0x47e1da2a', 'executeBatch(address[],uint256[],bytes[])', (call) =>
    ofLists(call, { to: 0, value: 1, data: 2 }),
  ),
  method('0xb61d27f6', 'execute(address,uint256,bytes)', (call) => ofWallet(call)),
  method('0x134008d3', 'execute(address,uint256,bytes,bytes32,bytes32)', (call) => ofWallet(call)),
  method('0x01d5062a', 'schedule(address,uint256,bytes,bytes32,bytes32,uint256)', (call) => ofWallet(call, 'propose')),
  // Foreign code runs as the wallet, if the contract is one that works so (DSProxy).
  method('0x1cff79cd', 'execute(address,bytes)', (call) => delegated(call, call.bytes(1))),
  method('0x8d80ff0a', 'multiSend(bytes)', packed),
  method('0xe9ae5c53', 'execute(bytes32,bytes)', byMode),
  method('0xd691c964', 'executeFromExecutor(bytes32,bytes)', byMode),
  method('0x5229073f', 'execTransactionFromModuleReturnData(address,uint256,bytes,uint8)', (call) => ofSafe(call)),
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
  return together(call, parts, `makes ${parts.length} calls to contract ${call.contract} at once`);
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
  return together(call, parts, `lets contract ${call.contract} make ${parts.length} calls`);
}

/** The same in lists beside each other. */
function ofLists(call: MethodCall, at: { to: number; data: number; value?: number }): MethodEffect {
  const count = Math.max(call.length(at.to), call.length(at.data));
  const parts = Array.from({ length: count }, (_, index) => {
    const value = at.value === undefined ? 0n : call.number(at.value, index);
    return call.inner({ to: call.bytes(at.to, index), data: call.bytes(at.data, index), value, sender: call.contract });
  });
  const effect = together(call, parts, `lets contract ${call.contract} make ${count} calls`);
  const isEven = [at.to, at.data, at.value ?? at.to].every((list) => call.length(list) === count);
  return isEven ? effect : { ...effect, opaque: true };
}

/** A message that a wallet that is a contract sends. */
function ofWallet(call: MethodCall, verb = 'make'): MethodEffect {
  const message = { to: call.bytes(0), data: call.bytes(2), value: call.number(1), sender: call.contract };
  return together(call, [call.inner(message)], `lets contract ${call.contract} ${verb} a call`);
}

function ofSafe(call: MethodCall): MethodEffect {
  return call.number(3) === 0n ? ofWallet(call) : delegated(call, call.bytes(2));
}

/** Foreign code that runs as the wallet itself (DELEGATECALL) can do everything, also become its owner. */
function delegated(call: MethodCall, data: Uint8Array): MethodEffect {
  const [wallet, code] = [call.contract, call.address(0)];
  const effect: Effect = {
    op: 'account',
    code: 'account-control',
    from: wallet,
    to: code,
    asset: wallet,
    contract: code,
    method: 'DELEGATECALL',
    data: bytesToHex(data).slice(2),
  };
  const text = `lets the code of ${code} act as contract ${wallet} itself`;
  return { kind: 'contract-call', moves: [], text, opaque: true, effects: [bundleOf(wallet), effect] };
}

/** Gas of a block at the most, for what a wallet counts itself. */
const BLOCK_GAS = 2n ** 26n;

/** A wallet may pay for the gas, and for the gas that the transaction says was used before it. */
function withRefund(call: MethodCall, effect: MethodEffect): MethodEffect {
  const price = call.number(6);
  if (price === 0n) return effect;
  const amount = (call.number(5) + BLOCK_GAS) * price;
  const [asset, party] = [call.address(7), call.address(8)];
  const code = isUnlimited(amount) ? 'unlimited-allowance' : 'allowance';
  const { contract } = call;
  const refund = { from: contract, to: party, asset, amount, contract, method: 'refund of gas' };
  const [bundle, ...inner] = effect.effects ?? [bundleOf(contract)];
  const effects = [bundle, ...inner, { op: 'approve', code, ...refund }] as const;
  const text = `${effect.text}, and pays ${party} for the gas at a price of ${price} of token ${asset}`;
  return { ...effect, text, opaque: true, effects };
}

/** Safe's form: an operation, an address, coins, a length and as many bytes, one message behind the other. */
function packed(call: MethodCall): MethodEffect {
  const bytes = call.bytes(0);
  const parts: InnerEffect[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = at + 85 + lengthAt(bytes, at + 53);
    const [operation, to] = [bytes[at], bytes.subarray(at + 1, at + 21)];
    // The contract may still read other bytes as calls.
    if (operation !== 0 || end > bytes.length) return hidden(call.contract);
    const value = bytesToBigInt(bytes.subarray(at + 21, at + 53));
    parts.push(call.inner({ to, data: bytes.subarray(at + 85, end), value, sender: call.contract }));
    at = end;
  }
  return together(call, parts, `lets contract ${call.contract} make ${parts.length} calls`);
}

function lengthAt(bytes: Uint8Array, at: number): number {
  const length = bytesToBigInt(bytes.subarray(at, at + 32));
  return length <= BigInt(bytes.length) ? Number(length) : bytes.length;
}

const batchTypes = typesOf('batch((address,uint256,bytes)[])');

/** A wallet of modules (ERC-7579): the first byte of the mode says how the calls are written, or that foreign code runs. */
function byMode(call: MethodCall): MethodEffect {
  const [kind, bytes] = [call.bytes(0)[0], call.bytes(1)];
  const sender = call.contract;
  const words = `lets contract ${sender} make`;
  if (kind === 0 && bytes.length >= 52) {
    const message = {
      to: bytes.subarray(0, 20),
      value: bytesToBigInt(bytes.subarray(20, 52)),
      data: bytes.subarray(52),
    };
    return together(call, [call.inner({ ...message, sender })], `${words} a call`);
  }
  const list = kind === 1 ? decodeArguments(batchTypes, bytes)?.[0] : undefined;
  if (!isList(list)) return hidden(sender);
  const parts = list.map((item) => call.inner({ ...messageOf(item), sender }));
  return together(call, parts, `${words} ${parts.length} calls`);
}

function messageOf(item: AbiValue): Omit<Message, 'sender'> {
  const [to, value, data] = isList(item) ? item : [];
  const bytes = (one: AbiValue | undefined) => (one instanceof Uint8Array ? one : new Uint8Array(0));
  return { to: bytes(to), value: typeof value === 'bigint' ? value : 0n, data: bytes(data) };
}

function together({ contract }: MethodCall, parts: readonly InnerEffect[], text: string): MethodEffect {
  const isOpaque = parts.some(({ opaque }) => opaque === true);
  const words = parts.length === 0 ? '' : `: ${parts.map((part) => part.text).join('; ')}`;
  return {
    kind: 'contract-call',
    moves: parts.flatMap(({ moves }) => moves),
    text: `${text}${words}`,
    effects: [bundleOf(contract), ...parts.flatMap(({ effects }) => effects)],
    ...(isOpaque && { opaque: true as const }),
  };
}
