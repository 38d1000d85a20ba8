import { readFileSync } from 'node:fs';
import { createRegistry } from '../../src/chains/registry.js';
import type { Chain } from '../../src/core/chain/chain.js';
import { keyOf } from '../chains/signing.js';
import { signatureId } from './running.js';

/** A documented form of a request. */
export interface Form {
  readonly operation: string;
  readonly form: string;
  /** Where the body names the chain. */
  readonly chains?: readonly string[];
  /** Those that are needed, with their types. */
  readonly members: Readonly<Record<string, string>>;
}
export const { forms } = JSON.parse(
  readFileSync(new URL('../vectors/documented-forms.json', import.meta.url), 'utf8'),
) as {
  forms: readonly Form[];
};
const registry = createRegistry();

function chainOf({ operation, chains }: Form): Chain | undefined {
  if (chains !== undefined) return registry.get(chains[0] ?? '');
  const slug = operation.split('/')[2];
  return registry.ids.map((id) => registry.get(id)).find((chain) => chain.slug === slug);
}

const places =
  /^(to|from|address|contractAddress|account|feeRecipient|custodialAddress|fromAccount|spender|nftAddress|owner|seller|recipient|issuerAccount|tokenAddress|minter|collectionAddress|treasuryWithdrawalDestination|changeAddress)$/;

/** Of chains whose keys are not any 32 bytes; only their length counts here. */
const others: Readonly<Record<string, string>> = {
  ADA: `addr1${'q'.repeat(90)}`,
  FLOW: '0xf8d6e0586b0a20c7',
  XRP: `r${'h'.repeat(30)}`,
};

/** A value of the documented type, which means something where that is easy. */
function sampleOf(
  name: string,
  type: string,
  { chain, isOutput, form }: { chain: Chain; isOutput: boolean; form: string },
): unknown {
  const address = others[chain.id] ?? keyOf(chain).address;
  if (name === 'signatureId') return signatureId;
  if (type === 'boolean') return true;
  if (type === 'number' || type === 'integer') return 1;
  if (name === 'metadata') return { name: 'n', symbol: 's', uri: 'u', sellerFeeBasisPoints: 1 };
  if (type === 'object') return { inputs: [] };
  if (type === 'string') return places.test(name) ? address : name === 'currency' ? chain.id : '1';
  if (name === 'fromAddress') return [{ address, signatureId }];
  if (name === 'fromUTXO') return [{ txHash: 'ab'.repeat(32), index: 0, signatureId }];
  if (form.startsWith('MintMultiTokenBatch') && name !== 'to') return [['1']];
  if (name === 'to' && isOutput) return [{ address, value: 1 }];
  return name === 'params' || name === 'args' ? [] : places.test(name) ? [address] : ['1'];
}

/** The form with a value of the documented type for each member that is needed. */
export function exampleOf(form: Form): {
  method: string;
  path: string;
  chain: Chain;
  body: Readonly<Record<string, unknown>>;
} {
  const { operation, members } = form;
  const [method = '', path = ''] = operation.split(' ');
  const chain = chainOf(form) ?? registry.get('ETH');
  const isOutput = operation.endsWith('/transaction');
  const samples = Object.entries(members).map(([name, type]) => [
    name,
    sampleOf(name, type, { chain, isOutput, form: form.form }),
  ]);
  return { method, path, chain, body: { ...(form.chains && { chain: chain.id }), ...Object.fromEntries(samples) } };
}
