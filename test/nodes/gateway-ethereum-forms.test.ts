import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import type { Chain } from '../../src/core/chain/chain.js';
import { creationCodes } from '../../src/gateway/contracts/creation-codes.js';
import { keyOf } from '../chains/signing.js';
import { apiKey, client, developmentId } from '../gateway/running.js';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { custos, makeHome, type Running, removeHome, start } from '../support/custos.js';

type Body = Readonly<Record<string, unknown>>;
interface Form {
  readonly operation: string;
  readonly form: string;
  readonly chains?: readonly string[];
}
const { forms } = JSON.parse(readFileSync(new URL('../vectors/documented-forms.json', import.meta.url), 'utf8')) as {
  forms: readonly Form[];
};

const registry = createRegistry();
const chains = registry.ids.map((id) => registry.get(id)).filter(({ builder }) => builder?.kind === 'evm');
/** Each chain has a wallet and a key of its own, because all of them are one blockchain here. */
const keys = new Map(chains.map((chain, at) => [chain, keyOf(chain, 0x11 + at)]));
const wallets = new Map(chains.map((chain) => [chain, randomUUID() as string]));
const bare = (address: unknown) => String(address).toLowerCase().replace(/^xdc/, '0x');
const accountOf = (chain: Chain) => {
  const { privateKey } = keys.get(chain) ?? keyOf(chain);
  // As Ethereum writes it, whatever the chain makes of it.
  return bare(registry.get('ETH').keys.address(registry.get('ETH').keys.publicKey(privateKey), 'testnet'));
};
const stranger = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
const listing = '/v3/blockchain/marketplace/listing';
const auction = '/v3/blockchain/auction';
const custody = '/v3/blockchain/sc/custodial';
const kinds = {
  ...{ enableFungibleTokens: true, enableNonFungibleTokens: true },
  ...{ enableSemiFungibleTokens: true, enableBatchTransactions: true },
};

let home: string;
let anvil: Anvil;
let gateway: Running | undefined;
let ask: ReturnType<typeof client>;
let url = '';
const env = { CUSTOS_PASSWORD: 'password of a node test', CUSTOS_GATEWAY_API_KEY: apiKey };
const developmentIds = chains.map(({ id }) => `--chain-id=${id}=${developmentId}`);

beforeAll(async () => {
  home = makeHome();
  anvil = await startAnvil({ chainId: developmentId });
  for (const chain of chains) {
    await anvil.rpc('anvil_setBalance', [accountOf(chain), '0x3635c9adc5dea00000']);
    await anvil.rpc('anvil_impersonateAccount', [accountOf(chain)]);
  }
  const from = anvil.accounts[0]?.address;
  const made = await anvil.rpc('eth_sendTransaction', [{ from, data: creationCodes['wallet-factory'] }]);
  const { contractAddress: factory } = await anvil.receipt(String(made));
  const places = chains.flatMap(({ id }) => [`--node=${id}=${anvil.url}`, `--wallet-factory=${id}=${factory}`]);
  gateway = start(['gateway', '--testnet', '--port=0', ...places, ...developmentIds], { home, env });
  [, url = ''] = /"(http:[^"]+)"/.exec(await gateway.line(/"url"/)) ?? [];
  ask = client(url);
  const entries = chains.map((chain) => {
    const privateKey = chain.keys.encodePrivateKey(keys.get(chain)?.privateKey ?? new Uint8Array(), 'testnet');
    return [wallets.get(chain), { chain: chain.id, testnet: true, privateKey }];
  });
  const input = JSON.stringify(Object.fromEntries(entries));
  expect(await custos(['wallet', 'import'], { home, env, input })).toMatchObject({ code: 0 });
}, 120_000);
afterAll(async () => {
  await gateway?.kill('SIGTERM');
  await anvil?.close();
  removeHome(home);
});

async function submit(chain: Chain, operation: string, form: Body): Promise<string> {
  const [method = '', path = ''] = operation.split(' ');
  const body = { chain: chain.id, signatureId: wallets.get(chain), ...form };
  const given = await (method === 'PUT' ? ask.put(path, body) : ask.post(path, body));
  expect(given, `${operation} ${chain.id} ${JSON.stringify(given.body)}`).toMatchObject({ status: 200 });
  return given.body.signatureId;
}

/** Prepares what forms need: the node sends what the gateway made of a request, and the queue forgets it. */
async function prepare(chain: Chain, operation: string, form: Body): Promise<string> {
  const id = await submit(chain, operation, form);
  const { to, value, data } = JSON.parse((await ask.get(`/v3/kms/${id}`)).body.serializedTransaction);
  const call = {
    from: accountOf(chain),
    ...(to && { to: bare(to) }),
    value: `0x${BigInt(value ?? 0).toString(16)}`,
    data,
  };
  const receipt = await anvil.receipt(String(await anvil.rpc('eth_sendTransaction', [call])));
  expect(receipt.status, operation).toBe('0x1');
  await ask.call('DELETE', `/v3/kms/${id}`);
  return String(receipt.contractAddress);
}

/** Every form on contracts, each with what it needs of its own, so that all of them take effect in any order. */
async function contractForms(chain: Chain): Promise<ReadonlyMap<string, Body>> {
  const own = accountOf(chain);
  const run = (operation: string, form: Body) => prepare(chain, operation, form);
  const token = { symbol: 'T', name: 'T', supply: '1000', totalCap: '5000', digits: 6, address: own };
  const tokens = await run('POST /v3/blockchain/token/deploy', token);
  const unique = await run('POST /v3/nft/deploy', { name: 'N', symbol: 'N' });
  const multi = await run('POST /v3/multitoken/deploy', { uri: 'u' });
  const list = await run(`POST ${listing}`, { feeRecipient: stranger, marketplaceFee: 0 });
  const sale = await run(`POST ${auction}`, { feeRecipient: stranger, auctionFee: 0 });
  const wallet = await run(`POST ${custody}`, kinds);
  const ids = Array.from({ length: 12 }, (_, at) => String(at + 1));
  const to = ids.map((id) => (Number(id) > 9 ? wallet : own));
  await run('POST /v3/nft/mint/batch', { contractAddress: unique, to, tokenId: ids, url: ids });
  const several = {
    contractAddress: multi,
    to: [own, wallet],
    tokenId: [['1', '2'], ['1']],
    amounts: [['90', '90'], ['9']],
  };
  await run('POST /v3/multitoken/mint/batch', several);
  await run('POST /v3/blockchain/token/transaction', { contractAddress: tokens, to: wallet, amount: '50', digits: 6 });
  await anvil.rpc('anvil_setBalance', [wallet, '0xde0b6b3a7640000']);
  const sold = { nftAddress: unique, seller: own, isErc721: true };
  const endedAt = Number(await anvil.rpc('eth_blockNumber', [])) + 1000;
  for (const [spender, tokenId] of [
    [list, '1'],
    [list, '2'],
    [list, '3'],
    [sale, '4'],
    [sale, '5'],
    [sale, '6'],
    [sale, '7'],
  ]) {
    await run(`POST ${auction}/approve`, { contractAddress: unique, spender, isErc721: true, tokenId });
  }
  const offer = { ...sold, contractAddress: list, price: '1' };
  for (const tokenId of ['2', '3']) await run(`POST ${listing}/sell`, { ...offer, tokenId, listingId: tokenId });
  const put = { ...sold, contractAddress: sale };
  for (const tokenId of ['5', '6']) await run(`POST ${auction}/sell`, { ...put, tokenId, id: tokenId, endedAt });
  // This one is over before anything is signed.
  const soon = Number(await anvil.rpc('eth_blockNumber', [])) + 3;
  await run(`POST ${auction}/sell`, { ...put, tokenId: '7', id: '7', endedAt: soon });
  await run(`POST ${auction}/bid`, { contractAddress: sale, id: '7', bidValue: '1' });
  await anvil.rpc('anvil_mine', ['0x5']);
  const custodied = { custodialAddress: wallet };
  return new Map<string, Body>([
    ['POST /v3/blockchain/token/deploy', token],
    ['POST /v3/blockchain/token/mint', { contractAddress: tokens, to: stranger, amount: '1' }],
    ['POST /v3/blockchain/token/burn', { contractAddress: tokens, amount: '1' }],
    ['POST /v3/blockchain/token/approve', { contractAddress: tokens, spender: stranger, amount: '1' }],
    ['POST /v3/blockchain/token/transaction', { contractAddress: tokens, to: stranger, amount: '1', digits: 6 }],
    ['POST /v3/nft/deploy', { name: 'N', symbol: 'N' }],
    ['POST /v3/nft/mint', { contractAddress: unique, to: stranger, tokenId: '101', url: 'u' }],
    ['POST /v3/nft/mint/batch', { contractAddress: unique, to: [stranger], tokenId: ['102'], url: ['u'] }],
    ['POST /v3/nft/mint/add', { contractAddress: unique, minter: stranger }],
    ['POST /v3/nft/transaction', { contractAddress: unique, to: stranger, tokenId: '8' }],
    ['POST /v3/nft/burn', { contractAddress: unique, tokenId: '9' }],
    ['POST /v3/multitoken/deploy', { uri: 'u' }],
    ['POST /v3/multitoken/mint', { contractAddress: multi, to: stranger, tokenId: '3', amount: '1' }],
    ['POST /v3/multitoken/mint/batch', { ...several, to: [stranger], tokenId: [['4']], amounts: [['1']] }],
    ['POST /v3/multitoken/mint/add', { contractAddress: multi, minter: stranger }],
    ['POST /v3/multitoken/transaction', { contractAddress: multi, to: stranger, tokenId: '1', amount: '1' }],
    [
      'POST /v3/multitoken/transaction/batch',
      { contractAddress: multi, to: stranger, tokenId: ['1', '2'], amounts: ['1', '1'] },
    ],
    ['POST /v3/multitoken/burn', { contractAddress: multi, account: own, tokenId: '1', amount: '1' }],
    [
      'POST /v3/multitoken/burn/batch',
      { contractAddress: multi, account: own, tokenId: ['1', '2'], amounts: ['1', '1'] },
    ],
    ['POST /v3/record', { data: 'text', to: stranger }],
    ['POST /v3/gas-pump/activate', { owner: own, from: 0, to: 1 }],
    [`POST ${custody}`, kinds],
    [`POST ${custody}/batch`, { batchCount: 2, owner: own }],
    [`POST ${custody}/transfer`, { ...custodied, recipient: stranger, contractType: 3, amount: '0.1' }],
    [
      `POST ${custody}/transfer/batch`,
      {
        ...{ ...custodied, recipient: [stranger, stranger, stranger], contractType: [0, 1, 2] },
        ...{ tokenAddress: [tokens, unique, multi], amount: ['1', '0', '1'], tokenId: ['0', '10', '1'] },
      },
    ],
    [
      `POST ${custody}/approve`,
      { ...custodied, spender: stranger, contractType: 0, tokenAddress: tokens, amount: '1' },
    ],
    [`POST ${listing}`, { feeRecipient: stranger, marketplaceFee: 100 }],
    [`POST ${listing}/sell`, { ...offer, tokenId: '1', listingId: '1' }],
    [`POST ${listing}/buy`, { contractAddress: list, listingId: '2', amount: '1' }],
    [`POST ${listing}/cancel`, { contractAddress: list, listingId: '3' }],
    [`PUT ${listing}/fee`, { contractAddress: list, marketplaceFee: 1 }],
    [`PUT ${listing}/recipient`, { contractAddress: list, feeRecipient: own }],
    [`POST ${auction}`, { feeRecipient: stranger, auctionFee: 100 }],
    [`POST ${auction}/approve`, { contractAddress: unique, tokenId: '9', spender: sale, isErc721: true }],
    [`POST ${auction}/sell`, { ...put, tokenId: '4', id: '4', endedAt }],
    [`POST ${auction}/bid`, { contractAddress: sale, id: '5', bidValue: '1' }],
    [`POST ${auction}/cancel`, { contractAddress: sale, id: '6' }],
    [`POST ${auction}/settle`, { contractAddress: sale, id: '7' }],
    [`PUT ${auction}/fee`, { contractAddress: sale, auctionFee: 1 }],
    [`PUT ${auction}/recipient`, { contractAddress: sale, feeRecipient: own }],
  ]);
}

/** Where a form is tried: on the first of these chains that has it, or on the one of its path. */
const tried = ['ETH', 'CELO', 'KCS', 'BSC'];
function placeOf({ operation, chains: named }: Form): Chain | undefined {
  const slug = operation.split('/')[2];
  if (named === undefined) return chains.find((chain) => chain.slug === slug);
  const id = tried.find((one) => named.includes(one));
  return id === undefined ? undefined : registry.get(id);
}

it('every form of the Ethereum family that is queued at a gateway process takes effect once one daemon process has run', async () => {
  const cases = forms.flatMap((form) => {
    const chain = placeOf(form);
    return chain === undefined || !chains.includes(chain) ? [] : [{ ...form, chain }];
  });
  const samples = new Map<Chain, ReadonlyMap<string, Body>>();
  for (const chain of new Set(
    cases.filter((one) => one.chains !== undefined || one.operation.endsWith('/record')).map((one) => one.chain),
  )) {
    samples.set(chain, await contractForms(chain));
  }
  const eth = registry.get('ETH');
  const [, target = {}] = [...(samples.get(eth) ?? [])].find(([name]) => name.endsWith('token/mint')) ?? [];
  const queued: { readonly id: string; readonly name: string }[] = [];
  for (const { operation, form, chain } of cases) {
    const inputs = [{ type: 'address' }, { type: 'uint256' }];
    const call = {
      contractAddress: target['contractAddress'],
      methodName: 'approve',
      methodABI: { inputs },
      params: [stranger, '5'],
    };
    const plain = operation.endsWith('/smartcontract') ? call : { to: stranger, amount: '0.25', currency: chain.id };
    const body = samples.get(chain)?.get(operation) ?? plain;
    queued.push({ id: await submit(chain, operation, body), name: `${form} ${chain.id}` });
  }
  expect(queued.length).toBeGreaterThan(95);
  // An auction approves a single token, or all of a collection.
  const allowed = chains.map(({ id }) => `--allow-hazard=${id}:approve-all`);
  const daemon = ['daemon', '--testnet', '--runOnce', '--confirmations=0', ...developmentIds, ...allowed];
  const { CUSTOS_GATEWAY_API_KEY: CUSTOS_API_KEY } = env;
  const place = { ...env, CUSTOS_API_KEY, CUSTOS_CLOUD_URL: url };
  const run = await custos(daemon, { home, env: place });
  const ended: unknown[] = [];
  for (const { id, name } of queued) {
    const { body } = await ask.get(`/v3/kms/${id}`);
    const sent = body.txId === undefined ? undefined : await anvil.rpc('eth_getTransactionByHash', [body.txId]);
    const receipt = body.txId === undefined ? undefined : await anvil.receipt(body.txId);
    const wanted = JSON.parse(body.serializedTransaction);
    const { to, input, value } = (sent ?? {}) as { to?: string; input?: string; value?: string };
    const isSame =
      (to ?? undefined) === (wanted.to === undefined ? undefined : bare(wanted.to)) &&
      input === (wanted.data ?? '0x') &&
      BigInt(value ?? -1) === BigInt(wanted.value ?? 0);
    ended.push([name, body.state, body.error?.message, receipt?.status, isSame]);
  }
  expect(ended).toEqual(queued.map(({ name }) => [name, 'completed', undefined, '0x1', true]));
  expect(run.code).toBe(0);
}, 300_000);
