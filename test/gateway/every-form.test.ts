import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseTransaction, recoverTransactionAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { createNodes } from '../../src/cloud/nodes.js';
import type { Chain } from '../../src/core/chain/chain.js';
import { systemClock } from '../../src/core/clock.js';
import { Secret } from '../../src/core/secret.js';
import { parsePending } from '../../src/core/signing/pending.js';
import { createOperations } from '../../src/gateway/operations.js';
import { reasonAgainst } from '../../src/gateway/refusals.js';
import { keyOf } from '../chains/signing.js';
import { type Scene, startScene } from './clients/scene.js';
import { contractForms } from './contracts/form-table.js';
import { apiKey, client, signatureId } from './running.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const registry = createRegistry();
const read = (file: string) => readFileSync(`${root}/${file}`, 'utf8');

interface Form {
  readonly operation: string;
  readonly form: string;
  /** Where the body names the chain. */
  readonly chains?: readonly string[];
}
const { forms } = JSON.parse(read('test/vectors/documented-forms.json')) as { forms: readonly Form[] };
const { gatewayOffer } = (await import(`${root}/gateway-tables.js`)) as {
  gatewayOffer(parts: object, forms: unknown): Promise<{ forms: readonly (Form & { isOffered: boolean })[] }>;
};

/** Chains of a form: those that its body names, or the one of its path. */
function chainsOf({ operation, chains }: Form): readonly Chain[] {
  if (chains !== undefined) return chains.map((id) => registry.get(id));
  const slug = operation.split('/')[2];
  return registry.ids.map((id) => registry.get(id)).filter((chain) => chain.slug === slug);
}

const isEthereum = (chain: Chain) => chain.builder?.kind === 'evm';
const to = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
const contractAddress = '0x00000000000000000000000000000000000c0de5';
const samples = new Map(contractForms);

/** A request in this form, and its path. */
function sampleOf({ operation }: Form, chain: Chain): Readonly<Record<string, unknown>> {
  const found = samples.get(operation);
  if (operation === 'POST /v3/record') return { chain: chain.id, data: 'text', to };
  // What the table of needed members leaves out, because another kind of asset does not need it.
  const isWallet = /custodial\/(approve|transfer)$/.test(operation);
  if (found !== undefined) return { chain: chain.id, ...found, ...(isWallet && { amount: '1' }) };
  if (operation.endsWith('/transaction')) return { to, amount: '0.25', currency: chain.id };
  const inputs = [{ type: 'address' }, { type: 'uint256' }];
  return { contractAddress, methodName: 'transfer', methodABI: { inputs }, params: [to, '5'] };
}

describe('forms of the Ethereum family', () => {
  const cases = forms
    .flatMap((form) => chainsOf(form).map((chain) => ({ form, chain })))
    .filter(({ chain }) => isEthereum(chain));
  const operations = new Map<string, typeof cases>();
  for (const one of cases) operations.set(one.form.operation, [...(operations.get(one.form.operation) ?? []), one]);
  let scene: Scene;
  let ask: ReturnType<typeof client>;
  let nodes: ReturnType<typeof createNodes>;
  beforeAll(async () => {
    scene = await startScene();
    ask = client(scene.url);
    nodes = createNodes({
      ...{ baseUrl: scene.url, apiKey: Secret.text(apiKey), version: '1.0.0', clock: systemClock },
      ...{ network: 'mainnet', ownNodes: new Map(), isGateway: () => true },
    });
  });
  afterAll(() => scene.close());

  test.each([...operations].map(([operation, all]) => ({ operation, all })))(
    '$operation is queued, fetched, decoded and signed on every chain that has it, as another library reads it',
    async ({ operation, all }) => {
      const [method = '', path = ''] = operation.split(' ');
      for (const { form, chain } of all) {
        const key = keyOf(chain);
        const body = { ...sampleOf(form, chain), signatureId };
        const given = await (method === 'PUT' ? ask.put(path, body) : ask.post(path, body));
        expect(given, `${form.form} ${chain.id}: ${JSON.stringify(given.body)}`).toMatchObject({ status: 200 });
        const { body: polled } = await ask.post(`/v3/kms/pending/${chain.id}`, { signatureIds: [signatureId] });
        const pending = parsePending(polled[0], chain.id, 'mainnet');
        expect([polled.length, pending.id]).toEqual([1, given.body.signatureId]);
        await ask.call('DELETE', `/v3/kms/${pending.id}`);
        const place = { network: 'mainnet', from: key.address, signers: [key] } as const;
        const nextNonce = async (latest: bigint) => latest;
        const completed = await chain.node.complete(pending, { ...place, node: nodes.client(chain), nextNonce });
        const { raw } = await chain.codec.parse(completed, place).sign([key]);
        const wire = raw as `0x02${string}`;
        const wanted = JSON.parse(pending.serialized) as Record<string, unknown>;
        const found = parseTransaction(wire);
        expect([found.to, found.value ?? 0n, found.data ?? '0x']).toEqual([
          wanted['to'] === undefined ? undefined : bare(wanted['to']),
          BigInt(String(wanted['value'] ?? '0')),
          wanted['data'] ?? '0x',
        ]);
        const sender = await recoverTransactionAddress({ serializedTransaction: wire });
        expect(sender.toLowerCase()).toBe(bare(key.address));
      }
    },
  );
});

/** XDC writes its addresses with letters of its own. */
const bare = (address: unknown) => String(address).toLowerCase().replace(/^xdc/, '0x');

/** Where the forms of the other chains are carried to a network, or to what reads for it, beside the text that says so. */
const elsewhere: Readonly<Record<string, string>> = {
  ADA: 'test/gateway/chains/cardano.test.ts',
  ALGO: 'test/gateway/chains/algorand.test.ts',
  EGLD: 'test/gateway/chains/multiversx.test.ts',
  FLOW: 'test/gateway/chains/flow.test.ts',
  VET: 'test/gateway/chains/vechain.test.ts',
  XLM: 'test/gateway/accounts/xlm.test.ts',
  XRP: 'test/gateway/accounts/xrp.test.ts',
  BTC: 'test/gateway/payments.test.ts',
  BCH: 'test/nodes/gateway-outputs.test.ts',
  DOGE: 'test/nodes/gateway-outputs.test.ts',
  LTC: 'test/nodes/gateway-litecoin.test.ts',
};
const byPath: Readonly<Record<string, string>> = {
  'SOL /v3/solana/transaction': 'test/nodes/gateway-chains.test.ts',
};

function fileOf(chain: Chain, path: string): string {
  const named = byPath[`${chain.id} ${path}`] ?? elsewhere[chain.id];
  if (named !== undefined) return named;
  if (chain.id === 'TRON') {
    const isContract = !path.startsWith('/v3/tron/') || path.endsWith('trc20/deploy');
    return `test/gateway/accounts/${isContract ? 'tron-contracts' : 'tron'}.test.ts`;
  }
  const isMarket = path.includes('/marketplace/');
  return `test/gateway/chains/${isMarket ? 'solana-markets' : 'solana'}.test.ts`;
}

test('every form that is offered is tried by a test: here, or in the file of its chain', async () => {
  const parts = {
    registry,
    createOperations,
    reasonAgainst,
    addRoutes: () => {},
    documentedOperations: () => ({ all: [] }),
  };
  const offer = await gatewayOffer(parts, forms);
  const offered = offer.forms.filter(({ isOffered }) => isOffered);
  expect(offered.length).toBeGreaterThanOrEqual(176);
  const untried = offered.flatMap((form) => {
    const others = chainsOf(form).filter((chain) => !isEthereum(chain));
    const path = form.operation.split(' ')[1] ?? '';
    return others.flatMap((chain) => {
      const file = fileOf(chain, path);
      const text = existsSync(`${root}/${file}`) ? read(file) : '';
      // A file that has the root of its forms in one place names the rest.
      const isNamed = [
        path,
        path.slice(`/v3/${chain.slug}/`.length),
        path.replace('/v3/blockchain/marketplace/', ''),
      ].some((name) => new RegExp(`['\`/ ]${name}['\`/$]`).test(text));
      return isNamed ? [] : [`${form.form} ${path} ${file}`];
    });
  });
  expect(untried).toEqual([]);
});
