import { CustosError } from '../core/errors.js';
import type { Act, Constitution, PersonSignature } from '../core/policy/constitution.js';
import { demandText } from '../core/policy/demand.js';
import { isSignedBy } from './person-key.js';

/** What the quorum of an act signs: whole lines, so that a person can read them, and no signature fits another purpose. */
export interface Decree {
  /** First line, e.g. `custos-constitution/1`. */
  readonly title: string;
  readonly store: string;
  readonly act: Act;
  readonly version: number;
  /** Hash of what is decided. */
  readonly hash: string;
}

/** The ASCII lines of a decree as one key signs them. @param key - text form */
export function decreeLines({ title, store, act, version, hash }: Decree, key: string): string {
  return `${title}\nstore: ${store}\nact: ${act}\nversion: ${version}\nhash: ${hash}\nkey: ${key}\n`;
}

/** What a new constitution's quorum signs. */
export function constitutionDecree({ store, version, hash }: Constitution): Decree {
  return { title: 'custos-constitution/1', store, act: 'constitution', version, hash };
}

/** How far a quorum has come. */
export interface Quorum {
  readonly signed: ReadonlySet<string>;
  readonly needed: number;
  /** Who can still sign. */
  readonly open: readonly string[];
}

/**
 * Counts the persons of an act's group who signed a decree. Two keys of one person count once.
 * @throws CustosError CONSTITUTION_SIGNATURE: a signature belongs to no person of the group, or does not fit the lines
 */
export function quorumOf(constitution: Constitution, decree: Decree, signatures: readonly PersonSignature[]): Quorum {
  const demand = constitution.thresholds.get(decree.act);
  const group = demand && constitution.groups.get(demand.group);
  if (demand === undefined || group === undefined) {
    throw new CustosError('CONSTITUTION_INVALID', `the constitution has no threshold of ${decree.act}`);
  }
  const signed = new Set<string>();
  for (const { key, signature } of signatures) {
    const found = constitution.signers.get(key);
    if (found === undefined || !group.has(found.person.name)) {
      throw new CustosError(
        'CONSTITUTION_SIGNATURE',
        `the key ${key} belongs to no person of the group ${demand.group}`,
      );
    }
    if (!isSignedBy(found.key, decreeLines(decree, key), signature)) {
      throw new CustosError('CONSTITUTION_SIGNATURE', `the signature of ${found.person.name} does not fit`);
    }
    signed.add(found.person.name);
  }
  return { signed, needed: demand.count, open: [...group].filter((name) => !signed.has(name)) };
}

/** @throws CustosError CONSTITUTION_QUORUM: too few persons; CONSTITUTION_SIGNATURE */
function requireQuorum(constitution: Constitution, decree: Decree, signatures: readonly PersonSignature[]): void {
  const { signed, needed, open } = quorumOf(constitution, decree, signatures);
  if (signed.size >= needed) return;
  const demand = constitution.thresholds.get(decree.act);
  const asked = demand === undefined ? '' : demandText(demand);
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
