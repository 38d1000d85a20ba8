import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readConfig } from '../../src/app/config/config.js';
import { createHouse, type House } from '../../src/app/house.js';
import { type MigrateOptions, migrate, readMigration } from '../../src/app/migration/migrate.js';
import type { MigrationReport } from '../../src/app/migration/report.js';
import { parseSignatureId } from '../../src/core/ids.js';
import type { ExportedWallet } from '../../src/core/signing/vault.js';
import { silentTerminal } from './silent-terminal.js';
import { loadVectors } from './vectors.js';

/** The library with which Tatum KMS encrypts, as far as it is used here; it comes without types. */
interface CryptoJs {
  readonly AES: { encrypt(text: string, passphrase: string): { toString(): string } };
}
const { AES } = createRequire(import.meta.url)('crypto-js') as CryptoJs;

export type OldEntry = Readonly<Record<string, unknown>>;
export type OldEntries = Readonly<Record<string, OldEntry>>;

/** What Tatum KMS writes for a text: base64 of `Salted__`, salt and ciphertext. */
export function encryptOld(text: string, password: string): string {
  return AES.encrypt(text, password).toString();
}

export function writeOld(path: string, entries: unknown, password: string): string {
  writeFileSync(path, encryptOld(JSON.stringify(entries), password));
  return path;
}

/** Every wallet of a chain's vectors, as Tatum KMS stores it. */
export function oldWallets(chain: string): OldEntries {
  return Object.fromEntries(
    loadVectors(chain).wallets.map((wallet) => {
      const { xpub, mnemonic, address, secret, privateKey, testnet } = wallet;
      // Of Algorand's words only the secret that they spell is stored.
      const words = secret === undefined ? { mnemonic } : {};
      const all = { xpub, ...words, address, secret, privateKey, chain, testnet };
      return [randomUUID(), Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))];
    }),
  );
}

/** A house without a terminal. */
export function houseAt(home: string, env: Readonly<Record<string, string>>): House {
  return createHouse(readConfig({ logLevel: 'silent' }, env, home), silentTerminal);
}

/** Runs a migration from its file to its report. */
export async function migrateFile(
  house: House,
  file: string,
  options: Partial<MigrateOptions> = {},
): Promise<MigrationReport> {
  const migration = await readMigration(file, { passwords: house.passwords });
  return migrate(house, migration, { dryRun: false, skipBroken: false, ...options });
}

/** A wallet of the house's store, opened. */
export async function exportedFrom(house: House, signatureId: string): Promise<ExportedWallet | undefined> {
  const [sealed] = await (await house.store()).wallets.get([parseSignatureId(signatureId)]);
  return sealed && (await house.vault()).export(sealed);
}
