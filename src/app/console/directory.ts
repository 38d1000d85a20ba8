import { personsTenant } from '../../core/access/persons.js';
import { CustosError } from '../../core/errors.js';
import { type OwnerId, quote } from '../../core/ids.js';
import { pagesOf } from '../../core/pages.js';
import type { Constitution, Role } from '../../core/policy/constitution.js';
import { isName } from '../../core/policy/demand.js';
import { journalMac } from '../../core/store/journal-mac.js';
import type { Store } from '../../core/store/store.js';
import { journalKeyOf } from '../../vault/journal-key.js';
import { changeLogin, type LoginParts, loginOf } from '../users/logins.js';
import { giveCode } from './codes.js';

const PAGE = 200;

/** A person who may log in, as lists show it. */
export interface ListedPerson {
  readonly name: string;
  /** Of the constitution in force; empty: the person may do nothing. */
  readonly roles: readonly Role[];
  readonly passkeys: number;
}

/** For whoever has the root key. */
export function personParts({
  store,
  rootKey,
  ...parts
}: {
  readonly store: Pick<Store, 'storeId' | 'owners' | 'tickets'>;
  readonly rootKey: Uint8Array;
} & Pick<LoginParts, 'vault' | 'clock'>): LoginParts {
  return { store, tickets: store.tickets, mac: journalMac(journalKeyOf(rootKey, store.storeId)), ...parts };
}

/** @returns a code for one first login. @throws CustosError USAGE: no name that a constitution could have */
export async function addPerson(parts: LoginParts, name: string): Promise<string> {
  if (!isName(name)) {
    throw new CustosError(
      'USAGE',
      `${quote(name)} is no name of a person: a lower-case letter, then letters, digits or dashes`,
    );
  }
  return giveCode(parts, name as OwnerId);
}

/** In the order of their names. */
export async function listPersons(
  parts: LoginParts,
  constitution: Constitution | undefined,
): Promise<readonly ListedPerson[]> {
  const { store, vault } = parts;
  const found: ListedPerson[] = [];
  const pages = pagesOf({
    size: PAGE,
    page: (after: Uint8Array | undefined, size) => store.owners.page(personsTenant, after, size),
    keyOf: ({ digest }) => digest,
  });
  for await (const page of pages) {
    for (const stored of page) {
      const { owner, login } = vault.beside.openOwner(stored);
      const roles = [...(constitution?.persons.get(owner)?.roles ?? [])];
      found.push({ name: owner, roles, passkeys: login?.passkeys?.length ?? 0 });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Takes every login away, and ends all sessions. @throws CustosError PERSON_UNKNOWN */
export async function removePerson(parts: LoginParts, name: string): Promise<void> {
  const owner = name as OwnerId;
  const digest = parts.vault.index.owner(personsTenant, owner);
  const known = await parts.store.owners.get(digest);
  if (known === undefined) throw new CustosError('PERSON_UNKNOWN', `nobody called ${quote(name)} can log in`);
  const { handle } = await loginOf(parts, digest);
  await changeLogin(parts, { tenant: personsTenant, owner }, () => (handle === undefined ? undefined : { handle }));
}
