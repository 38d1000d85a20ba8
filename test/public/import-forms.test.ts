import { hex } from '@scure/base';
import { Keypair } from '@stellar/stellar-sdk';
import algosdk from 'algosdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ECDSA, Wallet as XrplWallet } from 'xrpl';
import type { House } from '../../src/app/house.js';
import { createRegistry } from '../../src/chains/registry.js';
import * as wallet from '../../src/cli/commands/wallet.js';
import { makeHome, removeHome } from '../support/custos.js';
import { openHouse, runInProcess } from '../support/in-process.js';
import { loadVectors } from '../support/vectors.js';

const chains = createRegistry();
const home = makeHome();
const words = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
const seed = Uint8Array.from({ length: 32 }, (_, at) => at + 1);
const digits = hex.encode(seed);
let house: House;
let typed = '';

beforeAll(async () => {
  house = await openHouse(home, () => typed);
});
afterAll(async () => {
  await house.close();
  removeHome(home);
});

/** Imports a secret; the address that was shown before anything was stored is then the wallet's own. */
async function importing(chain: string, secret: string, flags: Record<string, unknown> = {}) {
  typed = secret;
  const { results, notes } = await runInProcess(house, wallet.importWallet, { args: [chain], flags });
  const shown = /^The secret gives (\S+) \(/.exec(notes[0] ?? '')?.[1];
  const signatureId = String(results[0]?.['signatureId']);
  const [found] = (await runInProcess(house, wallet.show, { args: [signatureId] })).results;
  const args = found?.['kind'] === 'mnemonic' ? [signatureId, '0'] : [signatureId];
  const [told] = (await runInProcess(house, wallet.address, { args, flags: { json: true } })).results;
  expect(shown).toBe(told?.['address']);
  return { address: shown, kind: found?.['kind'] };
}

it.each(chains.ids)('%s takes a mnemonic, and shows the address before it stores the wallet', async (chain) => {
  const { address, kind } = await importing(chain, words);
  expect(kind).toBe('mnemonic');
  const again = await importing(chain, `  ${words.replaceAll(' ', '  ')}\n`);
  expect(again.address).toBe(address);
});

it.each(chains.ids)('%s takes a private key in its own form', async (chain) => {
  const one = chains.get(chain);
  const key = one.keys.newPrivateKey?.(seed) ?? seed;
  const { address, kind } = await importing(chain, one.keys.encodePrivateKey(key, 'mainnet'));
  expect(kind).toBe('privateKey');
  expect(address).toBe(one.keys.address(one.keys.publicKey(key), 'mainnet'));
});

const xrpl = (algorithm: ECDSA) => XrplWallet.fromEntropy(seed.slice(0, 16), { algorithm });
const stellar = Keypair.fromRawEd25519Seed(Buffer.from(seed));
const account = algosdk.mnemonicToSecretKey(algosdk.mnemonicFromSeed(seed));
const pem = (secret: string) => `-----BEGIN PRIVATE KEY-----\n${btoa(secret)}\n-----END PRIVATE KEY-----`;
const ofIndex = (chain: string, name: 'address' | 'privateKey') =>
  String(loadVectors(chain).privateKeys.find(({ testnet }) => !testnet)?.[name]);
const stated = (chain: string) => chains.get(chain).keys.address(chains.get(chain).keys.publicKey(seed), 'mainnet');

/** Forms of secrets of the field, with the address that another program gives for them. */
const forms: readonly (readonly [string, string, string, string])[] = [
  ...['ETH', 'TRON', 'VET', 'BNB', 'BTC', 'LTC', 'DOGE', 'BCH', 'EGLD'].map(
    (chain) => [chain, 'digits', digits, stated(chain)] as const,
  ),
  ['ETH', 'digits after 0x', `0x${digits.toUpperCase()}`, stated('ETH')],
  ['BTC', 'recorded WIF', ofIndex('BTC', 'privateKey'), ofIndex('BTC', 'address')],
  ['XRP', 'family seed', xrpl(ECDSA.secp256k1).seed ?? '', xrpl(ECDSA.secp256k1).classicAddress],
  ['XRP', 'sEd seed', xrpl(ECDSA.ed25519).seed ?? '', xrpl(ECDSA.ed25519).classicAddress],
  ['XRP', 'key in digits', xrpl(ECDSA.secp256k1).privateKey, xrpl(ECDSA.secp256k1).classicAddress],
  ['XLM', 'seed', stellar.secret(), stellar.publicKey()],
  ['XLM', 'digits', digits, stellar.publicKey()],
  ['ALGO', '25 words', algosdk.mnemonicFromSeed(seed), account.addr.toString()],
  ['ALGO', 'base64', Buffer.from(account.sk).toString('base64'), account.addr.toString()],
  ['ALGO', 'digits', hex.encode(account.sk), account.addr.toString()],
  ['SOL', 'list of bytes', JSON.stringify([...seed, ...stellar.rawPublicKey()]), stated('SOL')],
  ['SOL', 'digits', digits + stellar.rawPublicKey().toString('hex'), stated('SOL')],
  ['EGLD', 'PEM', pem(digits + stellar.rawPublicKey().toString('hex')), stated('EGLD')],
  ['FLOW', 'digits without padding', ofIndex('FLOW', 'privateKey'), ofIndex('FLOW', 'address')],
  ['ADA', 'recorded digits', ofIndex('ADA', 'privateKey'), ofIndex('ADA', 'address')],
];

it.each(forms)('%s takes a secret as %s', async (chain, form, secret, address) => {
  const asKey = form === 'PEM' ? { privateKey: true } : {};
  expect((await importing(chain, secret, asKey)).address).toBe(address);
});
