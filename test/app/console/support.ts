import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach } from 'vitest';
import type { OpenedSession, PersonsService, Visitor } from '../../../src/api/console/parts.js';
import { newPasskeyRequest, passkeyLoginRequest } from '../../../src/api/forms/passkeys.js';
import { readWrittenConstitution } from '../../../src/app/approvals/constitution-schema.js';
import { addPerson, type DirectoryParts, listPersons, removePerson } from '../../../src/app/console/directory.js';
import { codeAttempts } from '../../../src/app/console/passwords.js';
import { createPersons } from '../../../src/app/console/persons.js';
import { PersonRecord } from '../../../src/app/console/record.js';
import { siteOf } from '../../../src/app/console/site.js';
import { Attempts } from '../../../src/app/users/attempts.js';
import { Passwords } from '../../../src/app/users/passwords.js';
import { systemClock } from '../../../src/core/clock.js';
import { silentLog } from '../../../src/core/log.js';
import type { Constitution, Role } from '../../../src/core/policy/constitution.js';
import { journalMac } from '../../../src/core/store/journal-mac.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore } from '../../../src/storage/open-store.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { anySlot, freshLocation } from '../../storage/support.js';
import { SoftPasskey } from '../../support/authenticator.js';
import { newVault, storeId } from '../../vault/support.js';

/** Where passkeys are, and where they cannot be. */
export const named = 'https://custos.example.com';
export const plain = 'http://10.0.0.5:8646';

const start = Date.parse('2026-06-01T12:00:00Z');

/** Persons of a fresh store for each test, at a time that is set. */
export class TestPersons {
  now = start;
  origin = named;
  constitution: Constitution | undefined;
  store: Store = undefined as never;
  service: PersonsService = undefined as never;
  #parts: DirectoryParts = undefined as never;

  async open(location: string): Promise<void> {
    this.now = start;
    this.origin = named;
    this.constitution = undefined;
    const { rootKey, vault } = newVault();
    this.store = await createStore(location, { storeId, slots: [anySlot()] });
    const key = journalKeyOf(rootKey, storeId);
    await this.store.unlockJournal({ key, mayAdopt: false });
    const { store } = this;
    const clock = { ...systemClock, now: () => this.now };
    this.#parts = { store, tickets: store.tickets, mac: journalMac(key), vault, clock, audit: store.audit };
    this.service = this.another();
  }

  /** The same persons, as a process sees them that has counted no attempts yet. */
  another(): PersonsService {
    return createPersons({
      ...this.#parts,
      log: silentLog,
      attempts: new Attempts(() => this.now),
      codeAttempts: codeAttempts(() => this.now),
      passwords: new Passwords({ logN: 14, r: 8, p: 1 }),
      record: new PersonRecord({ audit: this.store.audit, log: silentLog }),
      site: () => siteOf(this.origin),
      constitution: async () => this.constitution,
    });
  }

  code = (name: string) => addPerson(this.#parts, name);
  remove = (name: string) => removePerson(this.#parts, name);
  list = () => listPersons(this.#parts, this.constitution);

  /** Logs in for the first time, with a passkey. */
  async enrol(code: string, visitor: Partial<Visitor> = {}, passkey = new SoftPasskey()): Promise<OpenedSession> {
    const who = from(visitor);
    const { options } = await this.service.startEnrolment(code, who);
    const { credential } = newPasskeyRequest.parse({
      name: 'phone',
      credential: passkey.create(options, { origin: this.origin }),
    });
    return this.service.enrol(code, { name: 'phone', key: credential }, who);
  }

  async logIn(name: string, passkey: SoftPasskey, visitor: Partial<Visitor> = {}): Promise<OpenedSession> {
    const who = from(visitor);
    const asked = passkey.get(await this.service.startLogin(name, who), { origin: this.origin });
    return this.service.login(name, passkeyLoginRequest.parse({ credential: asked }).credential, who);
  }

  /** Who somebody is with a cookie. */
  find = (cookie: string | undefined, isThere = true) => this.service.find(cookie, { isThere });

  /** What the audit log has of persons, the oldest first. */
  async told(): Promise<readonly (readonly [code: string, detail: Readonly<Record<string, unknown>>])[]> {
    const events = await this.store.audit.find({ event: 'person', limit: 100 });
    return events.toReversed().map(({ leaf, opening }) => {
      const { process: _, ...detail } = JSON.parse(opening?.detail ?? '{}');
      return [leaf?.code ?? '', detail] as const;
    });
  }
}

/** Somebody at an address. */
export function from(visitor: Partial<Visitor> = {}): Visitor {
  return { address: '192.0.2.1', cookie: undefined, ...visitor };
}

export function freshPersons(): TestPersons {
  const test = new TestPersons();
  const location = freshLocation();
  beforeEach(() => test.open(location()));
  afterEach(() => test.store.close());
  return test;
}

/** A constitution in which zoe makes the rules, and one person has a role. */
export function constitutionOf(name: string, role: Role): Constitution {
  const person = (of: Role) => ({ roles: [of], keys: [keyText()], initiates: [] });
  return readWrittenConstitution(
    JSON.stringify({
      ...{ custosConstitution: 1, store: storeId, version: 1, previous: null },
      persons: { zoe: person('admin'), [name]: person(role) },
      groups: { all: ['zoe'] },
      thresholds: { constitution: '1 of all', widen: '1 of all', narrow: '1 of all', unfreeze: '1 of all' },
    }),
  );
}

function keyText(): string {
  const { publicKey } = generateKeyPairSync('ed25519');
  return `ed25519:${publicKey.export({ format: 'jwk' }).x}`;
}
