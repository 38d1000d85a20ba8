import { CustosError } from '../../core/errors.js';
import { requestInvalid } from '../../http/problems.js';
import { contractNode } from '../ethereum/contract-node.js';
import { isContractFault } from '../ethereum/destination.js';
import { bareField, type Place } from './operation.js';

/** Slot of the address whose code a proxy runs (EIP-1967). */
const IMPLEMENTATION_SLOT = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
/** Code of a minimal proxy around the address whose code it runs (EIP-1167). */
const COPY = /^0x363d3d373d3d3d363d73([0-9a-f]{40})5af43d82803e903d91602b57fd5bf3$/;

/** Selectors of the methods that tell contracts apart: those of the documented API's own contracts, and of standard ones. */
const selectors = {
  'safeTransfer(address,uint256)': '423f6cef',
  'safeTransferFrom(address,address,uint256)': '42842e0e',
  'safeTransfer(address,uint256,uint256,bytes)': 'ae28b68c',
  'safeTransferFrom(address,address,uint256,uint256,bytes)': 'f242432a',
  'safeBatchTransfer(address,uint256[],uint256[],bytes)': '368b2842',
  'safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)': '2eb2c2d6',
  'mintWithTokenURI(address,uint256,string)': '50bb4e7f',
  'safeMint(address,uint256,string)': 'cd279c7c',
  'mintBatch(address[],uint256[][],uint256[][],bytes)': 'd74b8c42',
  'mintBatch(address,uint256[],uint256[],bytes)': '1f7fdffa',
} as const;

export type Method = keyof typeof selectors;

/** Which of several methods a contract has. */
export interface Methods {
  has(method: Method): boolean;
}

/**
 * Reads the code of a contract, to see which methods it has: a contract compares the first four bytes of a call with each of
 * them. Of a proxy the code is read that it runs.
 * @param property - field of the request with the contract's address
 * @throws CustosError REQUEST_INVALID: there is no contract; NODE_*
 */
export async function methodsOf(place: Place, property: string, contract: string): Promise<Methods> {
  const address = bareField(place, property, contract);
  const code = await codeOf(place, await implementationOf(place, address));
  if (code === '0x') {
    throw requestInvalid([{ property, rule: 'code', text: `there is no contract at ${contract}` }]);
  }
  return { has: (method) => hasSelector(code, selectors[method]) };
}

/**
 * Takes the first method that a contract has.
 * @throws CustosError REQUEST_INVALID: it has none of them
 */
export function firstOf<Wanted extends Method>(methods: Methods, property: string, wanted: readonly Wanted[]): Wanted {
  const found = wanted.find((method) => methods.has(method));
  if (found !== undefined) return found;
  const text = `the contract has none of the methods ${wanted.join(', ')}`;
  throw requestInvalid([{ property, rule: 'method', text }]);
}

function hasSelector(code: string, selector: string): boolean {
  // PUSH4, at the start of a byte.
  const pushed = `63${selector}`;
  for (let at = code.indexOf(pushed); at >= 0; at = code.indexOf(pushed, at + 1)) {
    if (at % 2 === 0) return true;
  }
  return false;
}

async function implementationOf(place: Place, address: string): Promise<string> {
  const copied = COPY.exec(await codeOf(place, address))?.[1];
  if (copied !== undefined) return `0x${copied}`;
  const slot = await slotOf(place, address);
  return slot === undefined || /^0+$/.test(slot) ? address : `0x${slot}`;
}

/** @returns 40 digits; undefined where the node does not tell */
async function slotOf({ gateway, chain }: Place, address: string): Promise<string | undefined> {
  if (chain.builder?.kind !== 'evm') return undefined;
  try {
    const found = await gateway.node(chain).rpc('eth_getStorageAt', [address, IMPLEMENTATION_SLOT, 'latest']);
    return typeof found === 'string' && /^0x[0-9a-fA-F]{64}$/.test(found) ? found.slice(-40) : undefined;
  } catch (error) {
    if (isContractFault(error)) return undefined;
    throw error;
  }
}

async function codeOf({ gateway, chain }: Place, address: string): Promise<string> {
  const code = await contractNode(gateway, chain).code(address);
  if (typeof code === 'string' && /^0x([0-9a-fA-F]{2})*$/.test(code)) return code.toLowerCase();
  throw new CustosError('NODE_ANSWER_INVALID', `the node answered with something other than the code of ${address}`);
}
