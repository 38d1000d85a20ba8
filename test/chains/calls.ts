import { encodeFunctionData, parseAbi } from 'viem';
import { ethereum } from '../../src/chains/evm/chains/ethereum.js';
import type { Summary } from '../../src/core/chain/summary.js';
import { contextOf, keyOf, legacyJson } from './signing.js';

const key = keyOf(ethereum);
export const me = key.address;
export const contract = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
export const alice = '0x00000000000000000000000000000000000a11ce';
export const bob = '0x0000000000000000000000000000000000000b0b';
export const unlimited = 2n ** 256n - 1n;
/** The calls that are understood. */
export const abi = parseAbi([
  'function transfer(address to, uint256 amount)',
  'function transferFrom(address from, address to, uint256 amount)',
  'function approve(address to, uint256 amount)',
  'function increaseAllowance(address to, uint256 amount)',
  'function decreaseAllowance(address to, uint256 amount)',
  'function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)',
  'function setApprovalForAll(address to, bool allowed)',
  'function safeTransferFrom(address from, address to, uint256 id)',
  'function safeTransferFrom(address from, address to, uint256 id, bytes data)',
  'function safeTransferFrom(address from, address to, uint256 id, uint256 amount, bytes data)',
  'function safeBatchTransferFrom(address from, address to, uint256[] ids, uint256[] amounts, bytes data)',
  'function mint(address to, uint256 number)',
  'function mint(address to, uint256 id, uint256 amount, bytes data)',
  'function mintBatch(address to, uint256[] ids, uint256[] amounts, bytes data)',
  'function safeMint(address to, uint256 id)',
  'function mintWithTokenURI(address to, uint256 id, string uri)',
  'function burn(uint256 number)',
  'function burn(address from, uint256 id, uint256 amount)',
  'function burnBatch(address from, uint256[] ids, uint256[] amounts)',
  'function burnFrom(address from, uint256 amount)',
  'function deposit()',
  'function withdraw(uint256 amount)',
  'function multicall(bytes[] calls)',
  'function multicall(uint256 deadline, bytes[] calls)',
]);
export const encode = (functionName: string, args: readonly unknown[]) =>
  encodeFunctionData({ abi, functionName, args } as never);

/** Summary of an Ethereum transaction to the contract with this data; the sender is `me`. */
export function summaryOf(data: string, change: Record<string, unknown> = {}): Summary {
  return ethereum.codec.parse(legacyJson({ to: contract, value: 0, gas: 10_000_000, data, ...change }), contextOf(key))
    .summary;
}
