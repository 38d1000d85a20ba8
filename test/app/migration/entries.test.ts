import { pbkdf2Sync } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { House } from '../../../src/app/house.js';
import { parseEntries } from '../../../src/app/migration/entries.js';
import type { MigratedWallet, MigrationReport } from '../../../src/app/migration/report.js';
import { verifyStore } from '../../../src/app/store/verify.js';
import { createRegistry } from '../../../src/chains/registry.js';
import { CustosError } from '../../../src/core/errors.js';
import { parseChainId, parseSignatureId } from '../../../src/core/ids.js';
import { makeHome, removeHome } from '../../support/custos.js';
import { keys, mnemonic } from '../../support/kms.js';
import {
  exportedFrom,
  houseAt,
  migrateFile,
  type OldEntries,
  type OldEntry,
  oldWallets,
  writeOld,
} from '../../support/old-kms.js';
import { loadVectors } from '../../support/vectors.js';
import { newVault } from '../../vault/support.js';

const env = { TATUM_KMS_PASSWORD: 'old' };
const chains = createRegistry().ids;
const id = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';
const other = '7b1f1f0e-9d0c-4a4c-8f54-0b0a5f4c5a11';
const key = { privateKey: keys.one.privateKey, chain: 'ETH', testnet: true };

let home: string;
let file: string;
let house: House;

beforeEach(() => {
  home = makeHome();
  file = join(home, 'wallet.dat');
  house = houseAt(home, env);
});
afterEach(async () => {
  await house.close();
  removeHome(home);
});

const write = (entries: OldEntries) => writeOld(file, entries, 'old');
const codesOf = ({ notes }: Pick<MigratedWallet, 'notes'>) => notes.map(({ code }) => code);
const resultsOf = ({ wallets }: MigrationReport) => wallets.map(({ result }) => result);

/** The report on one entry, imported if it may be. */
async function one(entry: OldEntry, name = id): Promise<MigratedWallet> {
  write({ [name]: entry });
  const { wallets } = await migrateFile(house, file);
  return wallets[0]!;
}

describe('a broken entry is named with its reason and left out', () => {
  const xpub = loadVectors('ETH').wallets[0]?.xpub;
  it.each<readonly [string, unknown, string]>([
    ['a mnemonic that does not give the xpub', { mnemonic, xpub, chain: 'ETH', testnet: false }, 'ADDRESS_MISMATCH'],
    ['an address of another key', { ...key, address: keys.other.address }, 'ADDRESS_MISMATCH'],
    ['an xpub that is none', { mnemonic, xpub: 'xpub', chain: 'ETH', testnet: false }, 'XPUB_INVALID'],
    ['an ADA xpub of 256 digits', { mnemonic, xpub: 'ab'.repeat(128), chain: 'ADA', testnet: false }, 'XPUB_INVALID'],
    ['a private key that is none', { ...key, privateKey: 'garbage' }, 'PRIVATE_KEY_INVALID'],
    ['a private key of zero', { ...key, privateKey: `0x${'0'.repeat(64)}` }, 'PRIVATE_KEY_INVALID'],
    ['no secret', { chain: 'ETH', testnet: true }, 'SECRET_UNSUPPORTED'],
    ['an empty mnemonic', { mnemonic: '', chain: 'ETH', testnet: true }, 'SECRET_UNSUPPORTED'],
    ['two private keys', { ...key, secret: keys.other.privateKey }, 'SECRET_UNSUPPORTED'],
    ['a secret that is not text', { ...key, privateKey: 5 }, 'SECRET_UNSUPPORTED'],
    ['an unknown chain', { ...key, chain: 'DOGGO' }, 'CHAIN_UNKNOWN'],
    ['no chain', { privateKey: key.privateKey, testnet: true }, 'CHAIN_UNKNOWN'],
    ['a network that is none', { ...key, testnet: 'yes' }, 'IMPORT_INVALID'],
    ['null', null, 'IMPORT_INVALID'],
    ['a list', [key], 'IMPORT_INVALID'],
    ['a text', 'text', 'IMPORT_INVALID'],
  ])('%s', async (_what, entry, code) => {
    const wallet = await one(entry as OldEntry);
    expect(wallet).toMatchObject({ entry: 1, signatureId: id, result: 'broken', matches: [] });
    expect(codesOf(wallet)[0]).toBe(code);
    expect(existsSync(house.config.store)).toBe(false);
  });

  it('an entry with a name that is not a UUID is shown by its place, because the name may be anything', async () => {
    const wallet = await one(key, 'my hot wallet');
    expect(wallet).toMatchObject({ entry: 1, chain: 'ETH', testnet: true, result: 'broken' });
    expect(wallet).not.toHaveProperty('signatureId');
    expect(codesOf(wallet)[0]).toBe('SIGNATURE_ID_INVALID');
    expect(JSON.stringify(wallet)).not.toContain('hot');
  });

  it('an entry with a signature ID that appears twice is left out: in other letters, and word for word', async () => {
    write({ [id]: key, [id.toUpperCase()]: { ...key, privateKey: keys.other.privateKey } });
    const twice = await migrateFile(house, file, { skipBroken: true });
    expect(twice.wallets.map(codesOf).map(([code]) => code)).toEqual(['IMPORT_INVALID', 'IMPORT_INVALID']);
    const text = JSON.stringify(key);
    writeFileSync(file, `{"${id}":${text},"${other}":${text},"${id}":${text}}`);
    expect(resultsOf(await migrateFile(house, file, { skipBroken: true }))).toEqual(['broken', 'imported']);
  });

  it('an entry with a signature ID that has another secret in the store is left out, and the store keeps its own', async () => {
    await one(key);
    const wallet = await one({ ...key, privateKey: keys.other.privateKey });
    expect(wallet).toMatchObject({ result: 'broken' });
    expect(codesOf(wallet)[0]).toBe('SIGNATURE_ID_EXISTS');
    expect(await exportedFrom(house, id)).toMatchObject({ privateKey: keys.one.privateKey });
  });

  it('an entry that mixes networks is left out with that reason', async () => {
    const [main] = loadVectors('ETH').wallets;
    const wallet = await one({ mnemonic: main?.mnemonic, xpub: main?.xpub, chain: 'ETH', testnet: true });
    expect(wallet.notes[0]).toMatchObject({
      code: 'ADDRESS_MISMATCH',
      message: expect.stringContaining('it does on mainnet'),
    });
  });
});

describe('what the old program took is moved as it used it', () => {
  /** BIP-39 without its check, as the old program's library does it. */
  const stretched = (words: string) => pbkdf2Sync(words.normalize('NFKD'), 'mnemonic', 2048, 64, 'sha512');
  async function addressOf(words: string, index: number): Promise<string> {
    const { HDKey, hdKeyToAccount } = await import('viem/accounts');
    const root = HDKey.fromMasterSeed(stretched(words));
    return hdKeyToAccount(root, { path: `m/44'/60'/0'/0/${index}` }).address.toLowerCase();
  }
  async function xpubOf(words: string): Promise<string> {
    const { HDKey } = await import('viem/accounts');
    return HDKey.fromMasterSeed(stretched(words)).derive("m/44'/60'/0'/0").publicExtendedKey;
  }
  const bad = mnemonic.replace('junk', 'test');

  it.each([
    ['a wrong checksum', bad, 'mnemonic-not-bip39'],
    ['words that are none', 'foo bar baz', 'mnemonic-not-bip39'],
    ['capitals', mnemonic.toUpperCase(), 'mnemonic-spelling'],
    ['two spaces', mnemonic.replace(' ', '  '), 'mnemonic-spelling'],
    ['a line break at its end', `${mnemonic}\n`, 'mnemonic-spelling'],
  ])('a mnemonic with %s gives the same keys as in Tatum KMS', async (_what, words, note) => {
    const xpub = await xpubOf(words);
    const wallet = await one({ mnemonic: words, xpub, chain: 'ETH', testnet: false });
    expect(wallet).toMatchObject({ result: 'imported', kind: 'mnemonic', xpub, matches: ['xpub'] });
    expect(codesOf(wallet)).toEqual([note]);
    const [sealed] = await (await house.store()).wallets.get([parseSignatureId(id)]);
    const vault = await house.vault();
    for (const index of [0, 7]) {
      const lent = await vault.use(
        [sealed!],
        [{ signatureId: parseSignatureId(id), index }],
        ([lentKey]) => lentKey?.address,
      );
      expect(lent).toBe(await addressOf(words, index));
    }
    expect(vault.export(sealed!)).toMatchObject({ mnemonic: words, xpub });
    expect(await migrateFile(house, file)).toMatchObject({ imported: 0, alreadyThere: 1 });
    const verified = await verifyStore(await house.store(), { vault, chains: house.chains });
    expect(verified).toEqual({ checked: 1, problems: [] });
  });

  it('a mnemonic with a wrong checksum must still give its xpub', async () => {
    const wallet = await one({ mnemonic: bad, xpub: await xpubOf('foo bar baz'), chain: 'ETH', testnet: false });
    expect(wallet).toMatchObject({ result: 'broken' });
    expect(codesOf(wallet)).toEqual(['ADDRESS_MISMATCH']);
    expect(codesOf(await one({ mnemonic: bad, address: keys.one.address, chain: 'ETH', testnet: false }))[0]).toBe(
      'ADDRESS_MISMATCH',
    );
  });

  it('capitals do not matter where the recorded xpub belongs to the mnemonic in small letters', async () => {
    const xpub = await xpubOf(mnemonic);
    const wallet = await one({ mnemonic: mnemonic.toUpperCase(), xpub, chain: 'ETH', testnet: false });
    expect(wallet).toMatchObject({ result: 'imported', xpub });
    expect(await exportedFrom(house, id)).toMatchObject({ mnemonic });
  });

  const named = chains.flatMap((chain) => {
    return Object.keys(createRegistry().get(chain).keys.derivations ?? {}).map((derivation) => ({ chain, derivation }));
  });
  it.each(named)('a mnemonic is accepted with a recorded xpub or address of $chain $derivation', async (place) => {
    const { chain, derivation } = place;
    const source = newVault().vault;
    const { sealed } = await source.create(parseChainId(chain), 'mainnet', { kind: 'hd', derivation });
    const { derivation: _derivation, ...entry } = source.export(sealed);
    const wallet = await one({ ...entry });
    expect(wallet).toMatchObject({ result: 'imported', kind: 'mnemonic' });
    expect(codesOf(wallet)[0]).toBe('other-derivation');
    expect(await exportedFrom(house, id)).toEqual({ ...entry, derivation });
  });

  it('a signature ID in capitals is kept in small letters', async () => {
    const wallet = await one(key, id.toUpperCase());
    expect(wallet).toMatchObject({ signatureId: id, result: 'imported' });
    expect(codesOf(wallet)).toContain('signature-id-small-letters');
  });

  it('a secret with two signature IDs, or on both networks, is reported', async () => {
    write({ [id]: key, [other]: { ...key, privateKey: key.privateKey.slice(2) } });
    const report = await migrateFile(house, file);
    expect(resultsOf(report)).toEqual(['imported', 'imported']);
    expect(report.wallets.map((wallet) => codesOf(wallet)[0])).toEqual(['secret-twice', 'secret-twice']);
    const third = 'a3c8a7f1-6f0e-4a4d-9a52-5b3a1f1c9d10';
    write({ [id]: key, [third]: { ...key, testnet: false } });
    const both = await migrateFile(house, file, { dryRun: true });
    expect(both.wallets.map((wallet) => codesOf(wallet)[0])).toEqual([
      'secret-on-both-networks',
      'secret-on-both-networks',
    ]);
  });

  it('a missing network and unknown members are reported', async () => {
    const wallet = await one({ privateKey: key.privateKey, chain: 'ETH', comment: 'mine', note: 'too' });
    expect(wallet).toMatchObject({ result: 'imported', testnet: false });
    expect(codesOf(wallet)).toEqual(expect.arrayContaining(['network-assumed', 'fields-left-out']));
  });
});

describe('what the old program did wrong is said of each wallet', () => {
  const empties = ['erd1r45ugr3q9w', 'erd1ne5patcf98', 'erd1yqt755wvr3', 'erd1mdzfn7n8up'];

  it('EGLD: the report shows that the printed address belongs to everybody, and gives the right one', async () => {
    const [main] = loadVectors('EGLD').wallets;
    const first = loadVectors('EGLD').addresses.find((item) => item.mnemonic === main?.mnemonic && item.index === 0);
    const wallet = await one({ mnemonic: main?.mnemonic, chain: 'EGLD', testnet: false });
    expect(wallet).toMatchObject({ result: 'imported', address: first?.address });
    expect(codesOf(wallet)).toEqual(['printed-address-wrong']);
    expect(wallet.notes[0]?.message).toContain(empties[0]);
    expect(empties.some((start) => wallet.address?.startsWith(start))).toBe(false);
    const [secret] = loadVectors('EGLD').privateKeys.filter(({ testnet }) => testnet);
    const own = await one({ privateKey: secret?.privateKey, chain: 'EGLD', testnet: true }, other);
    expect(codesOf(own)).toEqual(['printed-address-wrong']);
    expect(own.notes[0]?.message).toContain(empties[3]);
  });

  it.each(['SOL', 'XRP', 'XLM'])('%s: the report says that a typed mnemonic was discarded', async (chain) => {
    write(oldWallets(chain));
    for (const wallet of (await migrateFile(house, file)).wallets) {
      expect(codesOf(wallet)).toContain('typed-mnemonic-ignored');
    }
  });

  it('ETH: the report says that getprivatekey printed the key of the empty mnemonic for a wallet of a private key', async () => {
    expect(codesOf(await one(key))).toEqual(['printed-key-wrong']);
  });

  it('ADA: the report names the special derivation of Tatum KMS', async () => {
    write(oldWallets('ADA'));
    for (const wallet of (await migrateFile(house, file)).wallets) {
      expect(codesOf(wallet)).toContain('derivation-not-standard');
    }
  });

  it('BNB: the report says that the network has ended', async () => {
    write(oldWallets('BNB'));
    for (const wallet of (await migrateFile(house, file)).wallets) expect(codesOf(wallet)).toContain('network-closed');
  });

  it('SOL: a private key that does not belong to the mnemonic takes precedence', async () => {
    const [first, ...rest] = loadVectors('SOL').wallets;
    const second = rest.find((wallet) => wallet.mnemonic !== first?.mnemonic);
    const { address, privateKey } = second as { address: string; privateKey: string };
    const entry = { mnemonic: first?.mnemonic, address, privateKey, chain: 'SOL', testnet: true };
    const wallet = await one(entry);
    expect(wallet).toMatchObject({ result: 'imported', kind: 'privateKey', address, matches: ['address'] });
    expect(codesOf(wallet)).toContain('mnemonic-left-out');
    expect(await exportedFrom(house, id)).toMatchObject({ privateKey });
    const foreign = await one({ ...entry, address: first?.address }, other);
    expect(codesOf(foreign)[0]).toBe('ADDRESS_MISMATCH');
  });
});

it('each entry of any shape is readable or has a coded error, and shows nothing of its secret', () => {
  const secret = keys.one.privateKey.slice(2);
  const value = fc.oneof(fc.constant(secret), fc.jsonValue(), fc.constant('ETH'), fc.constant(mnemonic));
  const fields = ['chain', 'testnet', 'mnemonic', 'privateKey', 'secret', 'xpub', 'address', 'label', 'x'];
  const entry = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...fields), value));
  const name = fc.oneof(
    fc.uuid(),
    fc.uuid().map((text) => text.toUpperCase()),
    fc.string(),
    fc.constant(secret),
  );
  fc.assert(
    fc.property(fc.array(fc.record({ id: name, value: entry }), { maxLength: 8 }), (raw) => {
      const parsed = parseEntries(raw);
      expect(parsed.map(({ position }) => position)).toEqual(raw.map((_, at) => at + 1));
      for (const { error, request, notes, signatureId, chain } of parsed) {
        expect(error instanceof CustosError !== (request !== undefined)).toBe(true);
        expect(JSON.stringify([error?.message, error?.details, notes, signatureId, chain])).not.toContain(
          secret.slice(0, 11),
        );
      }
    }),
    { numRuns: 500 },
  );
});
