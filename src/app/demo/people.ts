import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Constitution } from '../../core/policy/constitution.js';
import type { Policy } from '../../core/policy/policy.js';
import { Secret } from '../../core/secret.js';
import { readWrittenConstitution } from '../approvals/constitution-schema.js';
import { enactConstitution, openConstitutions, readSignature, signConstitution } from '../approvals/constitutions.js';
import { type ApproverKey, makeKeyFile, openKeyFile } from '../approvals/key-file.js';
import type { House } from '../house.js';
import { openPolicies, publishPolicy } from '../policy/published.js';
import { parsePolicy } from '../policy/schema.js';
import { readPolicySignature, signPolicy } from '../policy/signed-policy.js';
import { CHAIN } from './stage.js';

/** Keys of the demo's persons: ada makes the rules, bea and ben approve. */
export type Keys = Readonly<Record<'ada' | 'bea' | 'ben', ApproverKey>>;

/** Makes a key file for each person, as `custos approver key` does on the person's own machine. */
export async function makeKeys(home: string): Promise<Keys> {
  const made = async (name: string) => {
    const password = Secret.bytes(new Uint8Array(randomBytes(16)));
    const file = join(home, `${name}.key`);
    try {
      await makeKeyFile(file, password);
      return await openKeyFile(file, password);
    } finally {
      password.wipe();
    }
  };
  const [ada, bea, ben] = await Promise.all([made('ada'), made('bea'), made('ben')]);
  return { ada, bea, ben };
}

/** A constitution that comes after another one. */
interface Next {
  readonly before: Constitution;
  /** Further keys of bea. */
  readonly keysOfBea: readonly string[];
}

/** Brings a constitution into force that these persons signed: the first one, or the next. */
export async function enact(house: House, keys: Keys, next?: Next): Promise<Constitution> {
  const { storeId, approvals } = await house.store();
  const person = (role: string, key: ApproverKey, more: readonly string[] = []) => {
    return { roles: [role], keys: [key.text, ...more], initiates: [] };
  };
  const text = JSON.stringify({
    custosConstitution: 1,
    store: storeId,
    version: (next?.before.version ?? 0) + 1,
    previous: next?.before.hash ?? null,
    persons: {
      ada: person('admin', keys.ada),
      bea: person('approver', keys.bea, next?.keysOfBea),
      ben: person('approver', keys.ben),
    },
    groups: { board: ['ada'], treasury: ['bea', 'ben'] },
    thresholds: { constitution: '1 of board', widen: '1 of board', narrow: '1 of board', unfreeze: '2 of treasury' },
  });
  const constitution = readWrittenConstitution(text);
  const signature = readSignature(signConstitution(constitution, keys.ada), constitution);
  await openConstitutions({ storeId, approvals }, await house.rootKey(), (parts) =>
    enactConstitution(parts, constitution, [signature]),
  );
  return constitution;
}

/**
 * Payments up to 1 ETH are free, and those up to 5 ETH wait for approvals of the treasury.
 * @param persons - how many have to approve   @param most - ETH in 24 hours
 */
export function paymentPolicy({ persons, most }: { readonly persons: number; readonly most: string }): object {
  return {
    custosPolicy: 1,
    version: 1,
    timeZone: 'UTC',
    assets: { [CHAIN]: { network: 'testnet', chain: CHAIN, decimals: 18 } },
    books: {},
    groups: {},
    permits: [
      { id: 'small', asset: CHAIN, to: 'any', max: '1' },
      { id: 'large', asset: CHAIN, to: 'any', max: '5', needs: [`${persons} of treasury`] },
    ],
    forbids: [],
    limits: [{ id: 'daily', asset: CHAIN, rolling: '24h', max: most }],
  };
}

/** Publishes the policy that a person who makes rules has signed. */
export async function publish(house: House, written: object, key: ApproverKey): Promise<Policy> {
  const store = await house.store();
  const policy = parsePolicy(JSON.stringify(written));
  const signed = signPolicy(policy, { store: store.storeId, act: 'narrow', key });
  const signatures = [readPolicySignature(signed, policy)];
  const opened = { store, rootKey: await house.rootKey(), clock: house.clock };
  const journal = await house.journal();
  await openPolicies(opened, (parts) => publishPolicy({ ...parts, journal }, policy, { signatures }));
  return policy;
}
