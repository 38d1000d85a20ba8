import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fromSecp256k1 } from '../../src/chains/xrp-ledger/key.js';
import { type AccountGateway, registry, startAccountGateway } from '../gateway/accounts/account-gateway.js';
import { apiKey } from '../gateway/running.js';
import { tronLedger, xlmLedger, xrpLedger } from '../support/account-ledgers.js';
import { custos, makeHome, removeHome } from '../support/custos.js';

const bytes = new Uint8Array(32).fill(0x11);
const keys = { TRON: bytes, XRP: fromSecp256k1(bytes), XLM: bytes };
const addressOf = (chain: keyof typeof keys) => {
  const { keys: scheme } = registry.get(chain);
  return scheme.address(scheme.publicKey(keys[chain]), 'testnet');
};
const ledgers = { TRON: tronLedger(), XRP: xrpLedger(addressOf('XRP')), XLM: xlmLedger(addressOf('XLM')) };
const env = { CUSTOS_PASSWORD: 'password of a node test', CUSTOS_API_KEY: apiKey };
/** So many that a daemon signs several of an account at once. */
const COUNT = 25;
let gateway: AccountGateway;
let home: string;

beforeAll(async () => {
  home = makeHome();
  gateway = await startAccountGateway((name, asked) => {
    if (name.startsWith('/wallet/')) return ledgers.TRON.says(name, asked);
    return (name.startsWith('/') ? ledgers.XLM : ledgers.XRP).says(name, asked);
  });
});
afterAll(async () => {
  await gateway.close();
  removeHome(home);
});

it.each([
  ['TRON', 'tron', { from: addressOf('TRON'), to: 'TKzxdSv2FZKQrEqkKVgp5DcwEXBEKMg2Ax' }],
  ['XRP', 'xrp', { fromAccount: addressOf('XRP'), to: 'rPT1Sjq2YGrBMTttX4GZHjKu9dyfzbpAYe' }],
  ['XLM', 'xlm', { fromAccount: addressOf('XLM'), to: 'GCEZWKCA5VLDNRLN3RPRJMRZOX3Z6G5CHCGSNFHEYVXM3XOJMDS674JZ' }],
] as const)('a daemon behind the gateway carries all payments of one account of %s', async (chain, slug, form) => {
  const signatureId = randomUUID();
  const privateKey = registry.get(chain).keys.encodePrivateKey(keys[chain], 'testnet');
  const input = JSON.stringify({ [signatureId]: { chain, testnet: true, privateKey } });
  expect(await custos(['wallet', 'import'], { home, env, input })).toMatchObject({ code: 0 });
  const body = { ...form, amount: '1', signatureId };
  const handed = await Promise.all(Array.from({ length: COUNT }, () => gateway.post(`/v3/${slug}/transaction`, body)));
  expect(handed.map(({ status }) => status)).toEqual(handed.map(() => 200));
  const daemon = ['daemon', '--testnet', '--runOnce', `--chain=${chain}`];
  // What came before its turn is sent again by the next one.
  for (let run = 0; run < 4 && ledgers[chain].taken.size < COUNT; run++) {
    expect(await custos(daemon, { home, env: { ...env, CUSTOS_CLOUD_URL: gateway.url } })).toMatchObject({ code: 0 });
  }
  expect(ledgers[chain].taken.size).toBe(COUNT);
  const states = await Promise.all(
    handed.map(async (one) => (await gateway.get(`/v3/kms/${one.body.signatureId}`)).body),
  );
  expect(new Set(states.map(({ txId }) => String(txId).toLowerCase())).size).toBe(COUNT);
  for (const { txId } of states) expect(ledgers[chain].taken.has(txId)).toBe(true);
});
