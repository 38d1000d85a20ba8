import { CustosError } from '../core/errors.js';
import type { Constitution, PersonSignature } from '../core/policy/constitution.js';
import { demandText } from '../core/policy/demand.js';
import { maySign, type Signing } from '../core/policy/powers.js';
import { isSignedBy } from './persons/key.js';

/** `stop`: what one person may do alone, because it only makes less possible. Everything else needs a quorum of the constitution. */
type DecreeAct = Exclude<Signing, 'approve'>;

/** What persons sign: whole lines, so that a person can read them, and no signature fits another purpose. */
export interface Decree {
  /** First line, e.g. `custos-constitution/1`. */
  readonly title: string;
  readonly store: string;
  readonly act: DecreeAct;
  /** What is decided, a line each. They name what makes it unique, such as a version, so that no signature counts twice. */
  readonly facts: readonly DecreeFact[];
}

type DecreeFact = readonly [name: string, value: string];

/** The ASCII lines of a decree as one key signs them. @param key - text form */
export function decreeLines({ title, store, act, facts }: Decree, key: string): string {
  const lines = [
    title,
    `store: ${store}`,
    `act: ${act}`,
    ...facts.map(([name, value]) => `${name}: ${asciiOf(value)}`),
  ];
  return `${lines.join('\n')}\nkey: ${key}\n`;
}

/** Other characters as JSON writes them, so that a text is one line and looks like what it is. */
function asciiOf(text: string): string {
  return text.replace(/[^ -~]|\\/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A decree about the next version of something. */
export function versionDecree({
  version,
  hash,
  ...of
}: Omit<Decree, 'facts'> & { readonly version: number; readonly hash: string }): Decree {
  return {
    ...of,
    facts: [
      ['version', String(version)],
      ['hash', hash],
    ],
  };
}

/** What a new constitution's quorum signs. */
export function constitutionDecree({ store, version, hash }: Constitution): Decree {
  return versionDecree({ title: 'custos-constitution/1', store, act: 'constitution', version, hash });
}

/** How far a quorum has come. */
export interface Quorum {
  readonly signed: ReadonlySet<string>;
  readonly needed: number;
  /** Who can still sign. */
  readonly open: readonly string[];
  /** Who decides, in words: `2 of treasury`. */
  readonly asked: string;
}

/**
 * Counts the persons of an act's group who signed a decree. Two keys of one person count once.
 * @throws CustosError CONSTITUTION_SIGNATURE: a signature belongs to no person of the group, or does not fit the lines
 */
export function quorumOf(constitution: Constitution, decree: Decree, signatures: readonly PersonSignature[]): Quorum {
  const { count, group, asked } = deciders(constitution, decree.act);
  const signed = new Set<string>();
  for (const { key, signature, act = decree.act } of signatures) {
    const found = constitution.signers.get(key);
    if (found === undefined || !group.has(found.person.name)) {
      throw new CustosError(
        'CONSTITUTION_SIGNATURE',
        `the key ${key} belongs to no person who decides: ${decree.act} needs ${asked}`,
      );
    }
    if (!agreesTo(act, decree.act)) {
      const why = `${found.person.name} signed it as a version that may only ${act}, and it does not`;
      throw new CustosError('CONSTITUTION_SIGNATURE', why);
    }
    if (!isSignedBy(found.key, decreeLines({ ...decree, act }, key), signature)) {
      throw new CustosError('CONSTITUTION_SIGNATURE', `the signature of ${found.person.name} does not fit`);
    }
    signed.add(found.person.name);
  }
  return { signed, needed: count, open: [...group].filter((name) => !signed.has(name)), asked };
}

function agreesTo(signed: DecreeAct, decided: DecreeAct): boolean {
  return signed === decided || (signed === 'widen' && decided === 'narrow');
}

interface Deciders {
  readonly count: number;
  readonly group: ReadonlySet<string>;
  readonly asked: string;
}

function deciders({ thresholds, groups, persons }: Constitution, act: DecreeAct): Deciders {
  if (act === 'stop') {
    const group = [...persons.values()].filter((person) => maySign(person, 'stop')).map(({ name }) => name);
    return { count: 1, group: new Set(group), asked: 'one admin, operator or approver' };
  }
  const demand = thresholds.get(act);
  const group = demand && groups.get(demand.group);
  if (demand === undefined || group === undefined) {
    throw new CustosError('CONSTITUTION_INVALID', `the constitution has no threshold of ${act}`);
  }
  return { count: demand.count, group, asked: demandText(demand) };
}

/**
 * Checks that enough persons signed a decree.
 * @returns their names
 * @throws CustosError CONSTITUTION_QUORUM: too few persons; CONSTITUTION_SIGNATURE
 */
export function requireQuorum(
  constitution: Constitution,
  decree: Decree,
  signatures: readonly PersonSignature[],
): readonly string[] {
  const { signed, needed, open, asked } = quorumOf(constitution, decree, signatures);
  if (signed.size >= needed) return [...signed].sort();
  throw new CustosError(
    'CONSTITUTION_QUORUM',
    `${decree.act} needs ${asked}, and ${signed.size} signed; ${open.join(', ')} can sign`,
  );
}

/**
 * Whether a constitution may come into force after another. The first one is signed by its own quorum, which shows that the keys
 * are there.
 * @throws CustosError CONSTITUTION_CONFLICT: another store, or not the next version; CONSTITUTION_QUORUM; CONSTITUTION_SIGNATURE
 */
export function checkSuccession(
  next: Constitution,
  { before, store }: { readonly before: Constitution | undefined; readonly store: string },
  signatures: readonly PersonSignature[],
): void {
  if (next.store !== store) throw conflict('the constitution is of another store');
  const version = (before?.version ?? 0) + 1;
  if (next.version !== version) throw conflict(`it is version ${next.version}, and version ${version} is next`);
  if (next.previous !== before?.hash) throw conflict('its previous hash is not that of the version in force');
  requireQuorum(before ?? next, constitutionDecree(next), signatures);
}

function conflict(why: string): CustosError {
  return new CustosError('CONSTITUTION_CONFLICT', why);
}
