import type { PersonsShown } from '../../api/console/parts.js';
import { personsTenant } from '../../core/access/persons.js';
import { CustosError } from '../../core/errors.js';
import { type OwnerId, quote } from '../../core/ids.js';
import { pagesOf } from '../../core/pages.js';
import type { Constitution, Role } from '../../core/policy/constitution.js';
import { demandText, isName } from '../../core/policy/demand.js';
import type { AuditLog } from '../../core/store/audit.js';
import { journalMac } from '../../core/store/journal-mac.js';
import type { Store } from '../../core/store/store.js';
import { personKeyText } from '../../policy/persons/key-text.js';
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
  /** Whether a password logs in, where the console has no passkeys. */
  readonly hasPassword: boolean;
}

/** What makes persons known who may log in. */
export interface DirectoryParts extends LoginParts {
  readonly audit: Pick<AuditLog, 'add'>;
}

/** For whoever has the root key. */
export function personParts({
  store,
  rootKey,
  ...parts
}: {
  readonly store: Pick<Store, 'storeId' | 'owners' | 'tickets' | 'audit'>;
  readonly rootKey: Uint8Array;
} & Pick<LoginParts, 'vault' | 'clock'>): DirectoryParts {
  const { tickets, audit } = store;
  return { store, tickets, audit, mac: journalMac(journalKeyOf(rootKey, store.storeId)), ...parts };
}

/** @returns a code for one first login. @throws CustosError USAGE: no name that a constitution could have */
export async function addPerson(parts: DirectoryParts, name: string): Promise<string> {
  if (!isName(name)) {
    throw new CustosError(
      'USAGE',
      `${quote(name)} is no name of a person: a lower-case letter, then letters, digits or dashes`,
    );
  }
  await parts.audit.add([{ code: 'person.invited', detail: { person: name } }]);
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
      const hasPassword = login?.password !== undefined;
      found.push({ name: owner, roles, passkeys: login?.passkeys?.length ?? 0, hasPassword });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The constitution as the page shows it, with those who can log in, also without a place in it. */
export async function shownPersons(parts: LoginParts, constitution: Constitution | undefined): Promise<PersonsShown> {
  const listed = await listPersons(parts, constitution);
  const names = new Set([...(constitution?.persons.keys() ?? []), ...listed.map(({ name }) => name)]);
  return {
    version: constitution?.version ?? null,
    hash: constitution?.hash ?? null,
    thresholds: Object.fromEntries([...(constitution?.thresholds ?? [])].map(([act, one]) => [act, demandText(one)])),
    groups: Object.fromEntries([...(constitution?.groups ?? [])].map(([group, members]) => [group, [...members]])),
    persons: [...names].sort().map((name) => {
      const person = constitution?.persons.get(name);
      const { passkeys = 0, hasPassword = false } = listed.find((one) => one.name === name) ?? {};
      return {
        name,
        roles: [...(person?.roles ?? [])],
        keys: (person?.keys ?? []).map(personKeyText),
        ...{ passkeys, hasPassword },
      };
    }),
  };
}

/** Takes every login away, and ends all sessions. @throws CustosError PERSON_UNKNOWN */
export async function removePerson(parts: DirectoryParts, name: string): Promise<void> {
  const owner = name as OwnerId;
  const digest = parts.vault.index.owner(personsTenant, owner);
  const known = await parts.store.owners.get(digest);
  if (known === undefined) throw new CustosError('PERSON_UNKNOWN', `nobody called ${quote(name)} can log in`);
  await parts.audit.add([{ code: 'person.removed', detail: { person: name } }]);
  const { handle } = await loginOf(parts, digest);
  await changeLogin(parts, { tenant: personsTenant, owner }, () => (handle === undefined ? undefined : { handle }));
}
