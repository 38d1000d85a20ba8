import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWrittenConstitution } from '../../dist/app/approvals/constitution-schema.js';
import {
  currentConstitution,
  enactConstitution,
  openConstitutions,
  readSignature,
  signConstitution,
} from '../../dist/app/approvals/constitutions.js';
import { makeKeyFile, openKeyFile } from '../../dist/app/approvals/key-file.js';
import { Secret } from '../../dist/core/secret.js';
import type { Visitor } from './browser.js';
import type { ConsolePlace } from './place.js';

/** Makes a passkey for a person with a code, as the first login does. @returns its line for the constitution */
export async function enrol({ page }: Visitor, place: ConsolePlace, name: string): Promise<string> {
  await page.goto(`${place.url}/console`);
  await page.getByRole('button', { name: 'First login' }).click();
  await page.getByLabel('Code').fill(await place.code(name));
  await page.getByRole('button', { name: 'Make a passkey' }).click();
  const line = page.locator('main .address bdi');
  await line.waitFor();
  return (await line.textContent()) ?? '';
}

/** The key of somebody who is at no browser. */
export function randomKey(): string {
  return `ed25519:${generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x}`;
}

/** Brings a constitution into force in which ada makes rules with a key of a file, and others have the keys that are given. */
export async function enactWith(
  { house }: Pick<ConsolePlace, 'house'>,
  keys: Readonly<Record<'bea' | 'ben' | 'otto' | 'ines', string>>,
  admins: Readonly<Record<string, string>> = {},
) {
  const home = mkdtempSync(join(tmpdir(), 'custos-keys-'));
  const password = Secret.text('password of ada');
  const file = join(home, 'ada.key');
  await makeKeyFile(file, password);
  const ada = await openKeyFile(file, password);
  rmSync(home, { recursive: true });
  const { storeId, approvals } = await house.store();
  const person = (role: string, key: string) => ({ roles: [role], keys: [key], initiates: [] });
  const written = {
    ...{ custosConstitution: 1, store: storeId, version: 1, previous: null },
    persons: {
      ada: person('admin', ada.text),
      ...Object.fromEntries(Object.entries(admins).map(([name, key]) => [name, person('admin', key)])),
      ...{ bea: person('approver', keys.bea), ben: person('approver', keys.ben) },
      ...{ otto: person('operator', keys.otto), ines: person('auditor', keys.ines) },
    },
    groups: { board: ['ada', ...Object.keys(admins)], treasury: ['bea', 'ben'] },
    thresholds: {
      constitution: '1 of board',
      widen: `${Math.max(1, Object.keys(admins).length)} of board`,
      narrow: '1 of board',
      unfreeze: '2 of treasury',
    },
  };
  const constitution = readWrittenConstitution(JSON.stringify(written));
  const signature = readSignature(signConstitution(constitution, ada), constitution);
  await openConstitutions({ storeId, approvals }, await house.rootKey(), async (parts) => {
    await enactConstitution(parts, constitution, [signature]);
    return currentConstitution(parts);
  });
  return ada;
}
