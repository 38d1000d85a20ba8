import type { EvmTransfer } from '../../core/chain/builders/evm.js';
import type { Chain } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import { requestInvalid } from '../../http/problems.js';
import type { GatewayContext } from '../context.js';
import { decodeResult, erc20 } from './abi.js';
import { bareAddress } from './bare-address.js';
import { contractNode } from './contract-node.js';

/** A transaction that will be queued, with the names of its parts in the request. */
export interface Destination {
  readonly effect: Pick<EvmTransfer, 'to' | 'data' | 'value'>;
  /** Field with the receiver of coins or the called contract. */
  readonly target: string;
  /** Field with the receiver of tokens. */
  readonly receiver?: string;
  /** True if the target is called, so that it must be a contract. */
  readonly isCall?: true;
  /** Decimals of the token in the request. */
  readonly digits?: number | undefined;
}

const MAX_DECIMALS = 255;

/** Methods that move or make tokens, by selector, with the place of the receiver among their arguments. */
const moves: ReadonlyMap<string, number> = new Map([
  ['a9059cbb', 0], // transfer(address,uint256)
  ['23b872dd', 1], // transferFrom(address,address,uint256)
  ['42842e0e', 1], // safeTransferFrom(address,address,uint256)
  ['b88d4fde', 1], // safeTransferFrom(address,address,uint256,bytes)
  ['f242432a', 1], // safeTransferFrom(address,address,uint256,uint256,bytes)
  ['2eb2c2d6', 1], // safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)
  ['423f6cef', 0], // safeTransfer(address,uint256)
  ['ae28b68c', 0], // safeTransfer(address,uint256,uint256,bytes)
  ['368b2842', 0], // safeBatchTransfer(address,uint256[],uint256[],bytes)
  ['40c10f19', 0], // mint(address,uint256)
  ['50bb4e7f', 0], // mintWithTokenURI(address,uint256,string)
  ['cd279c7c', 0], // safeMint(address,uint256,string)
  ['731133e9', 0], // mint(address,uint256,uint256,bytes)
  ['f2881e21', 2], // transfer(address,uint256,address,uint256,uint256)
]);

/**
 * Compares a request with what the node knows. Refuses a request before it is queued if its coins could never be spent again,
 * if it would move nothing, or if its amount has other decimals than the token.
 * @throws CustosError REQUEST_INVALID, NODE_*
 */
export async function checkDestination(gateway: GatewayContext, chain: Chain, wanted: Destination): Promise<void> {
  const { effect, target, receiver = 'data', digits } = wanted;
  if (effect.to === undefined) return;
  if (isNobody(effect.to)) throw unspendable(target, 'there is no key of the zero address');
  const isLost = (address: string, isCalled: boolean) => chain.keys.isUnspendable?.(address, isCalled) === true;
  if ((effect.value > 0n || effect.data === undefined) && isLost(effect.to, effect.data !== undefined)) {
    throw unspendable(target, `no key can send on what ${effect.to} gets`);
  }
  const moved = receiverOf(effect.data);
  if (moved !== undefined && isLost(`0x${moved}`, false)) {
    throw unspendable(receiver, `no key can send on what 0x${moved} gets`);
  }
  if (moved !== undefined && moved === bare(effect.to)) {
    throw unspendable(receiver, 'tokens that are sent to their own contract stay there');
  }
  if (wanted.isCall !== true && moved === undefined) return;
  const [code, decimals] = await Promise.all([
    gateway.node(chain).rpc('eth_getCode', [`0x${bare(effect.to)}`, 'latest']),
    digits === undefined ? undefined : tokenDecimals(gateway, chain, effect.to),
  ]);
  if (code === '0x' && (moved !== undefined || !isPartOfNetwork(effect.to))) {
    throw requestInvalid([{ property: target, rule: 'code', text: `there is no contract at ${effect.to}` }]);
  }
  if (decimals === undefined || decimals === digits) return;
  const text = `digits is ${digits}, but the contract ${effect.to} has ${decimals} decimals`;
  throw requestInvalid([{ property: 'digits', rule: 'decimals', text }]);
}

/** @returns the decimals that a token's contract reports, or undefined if it reports none. @throws CustosError NODE_UNREACHABLE */
export async function tokenDecimals(
  gateway: GatewayContext,
  chain: Chain,
  contract: string,
): Promise<number | undefined> {
  const read = bareAddress(gateway, chain);
  const address = read(contract);
  try {
    const answer = decodeResult(
      [{ type: 'uint256' }],
      await contractNode(gateway, chain).call(address, erc20.decimals([], read)),
    );
    const decimals = Number(answer);
    // EIP-20 gives it 8 bits; a larger answer is useless for amounts.
    return decimals <= MAX_DECIMALS ? decimals : undefined;
  } catch (error) {
    if (isContractFault(error)) return undefined;
    throw error;
  }
}

/** True if the request is at fault, not the node: the contract reverted, does not exist, or answers in an unexpected form. */
export function isContractFault(error: unknown): error is CustosError {
  return error instanceof CustosError && (error.code === 'NODE_REFUSED' || error.code === 'NODE_ANSWER_INVALID');
}

/** @returns 40 hexadecimal digits, or undefined if the data moves no tokens */
function receiverOf(data: string | undefined): string | undefined {
  const place = data === undefined ? undefined : moves.get(data.slice(2, 10));
  if (data === undefined || place === undefined) return undefined;
  const word = data.slice(10 + place * 64, 10 + (place + 1) * 64);
  return word.length === 64 ? word.slice(-40).toLowerCase() : undefined;
}

function bare(address: string): string {
  return address.slice(-40).toLowerCase();
}

function isNobody(address: string): boolean {
  return /^0+$/.test(bare(address));
}

/**
 * Networks have built-in contracts at the lowest addresses, some without code (staking on Harmony: 0xfc), so missing code proves
 * nothing there. The chain itself answers whether coins are lost at an address.
 */
function isPartOfNetwork(address: string): boolean {
  return BigInt(`0x${bare(address)}`) < 0x10000n;
}

function unspendable(property: string, text: string): CustosError {
  return requestInvalid([{ property, rule: 'unspendable', text }]);
}
