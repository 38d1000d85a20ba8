import { CustosError } from '../core/errors.js';
import { quote } from '../core/ids.js';
import { isObject, type JsonObject } from '../core/json.js';
import {
  type Act,
  acts,
  type Constitution,
  type Person,
  type PersonSigner,
  type Role,
  roles,
} from '../core/policy/constitution.js';
import { type Demand, demandText, isName, parseDemand } from '../core/policy/demand.js';
import { maySign } from '../core/policy/powers.js';
import { canonicalJson, readCanonicalJson } from './canonical-json.js';
import { RULE as FOUR_EYE } from './four-eye-answer.js';
import { hashOf, isHash } from './hash.js';
import { parsePersonKey } from './persons/key.js';
import { personKeyText } from './persons/key-text.js';

const MAX_TEXT = 256 * 1024;
const MAX_PERSONS = 256;
const MAX_KEYS = 8;
const MAX_GROUPS = 64;
const storeForm = /^[0-9a-f]{32}$/;
/** One printable ASCII word without the comma, which separates words in signed lines. */
const initiatorForm = /^[!-+\--~]{1,64}$/;

const members = ['custosConstitution', 'groups', 'persons', 'previous', 'store', 'thresholds', 'version'];

/**
 * Reads a constitution in its canonical form, without any library.
 * @throws CustosError CONSTITUTION_INVALID: what is wrong, in words
 */
export function readConstitution(text: string): Constitution {
  if (text.length > MAX_TEXT) throw invalid(`it has more than ${MAX_TEXT} characters`);
  const value = readCanonicalJson(text, 'CONSTITUTION_INVALID');
  const { custosConstitution, store, version, previous, persons, groups, thresholds } = exactly(value, members, 'it');
  if (custosConstitution !== 1) throw invalid('custosConstitution is not 1');
  if (typeof store !== 'string' || !storeForm.test(store)) throw invalid('store is not the id of a store');
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1)
    throw invalid('version is not a whole number from 1');
  if (previous !== null && (typeof previous !== 'string' || !isHash(previous)))
    throw invalid('previous is neither null nor a hash');
  if ((version === 1) !== (previous === null)) throw invalid('only the first version has no previous one');
  const people = readPersons(persons);
  const named = readGroups(groups, people);
  return {
    store,
    version,
    ...(previous !== null && { previous }),
    persons: people,
    groups: named,
    thresholds: readThresholds(thresholds, { persons: people, groups: named }),
    signers: signersOf(people),
    hash: hashOf(text),
    text,
  };
}

/** Whether a text can name an initiator in signed lines. */
export function isInitiator(text: string): boolean {
  return initiatorForm.test(text);
}

/** The canonical form of a constitution that somebody wrote. @throws CustosError CONSTITUTION_INVALID */
export function constitutionOf(value: unknown): Constitution {
  return readConstitution(canonicalJson(value));
}

function readPersons(value: unknown): ReadonlyMap<string, Person> {
  const entries = Object.entries(object(value, 'persons'));
  if (entries.length === 0 || entries.length > MAX_PERSONS) throw invalid(`there are not 1 to ${MAX_PERSONS} persons`);
  return new Map(entries.map(([name, person]) => [name, readPerson(name, person)]));
}

function signersOf(persons: ReadonlyMap<string, Person>): ReadonlyMap<string, PersonSigner> {
  const signers = new Map<string, PersonSigner>();
  for (const person of persons.values()) {
    for (const key of person.keys) {
      const text = personKeyText(key);
      // With a key that two share, one of them could sign as both.
      const other = signers.get(text)?.person.name;
      if (other !== undefined) throw invalid(`${other} and ${person.name} have the same key ${text}`);
      signers.set(text, { person, key });
    }
  }
  return signers;
}

/** The yes of the four-eye service, which no key signs, would count as that of a person of its name. */
function isGiven(name: string): boolean {
  return isName(name) && name !== FOUR_EYE;
}

function readPerson(name: string, value: unknown): Person {
  if (!isGiven(name)) throw invalid(`a person is called ${quote(name)}, which is not an allowed name`);
  const where = `person ${name}`;
  const person = exactly(value, ['initiates', 'keys', 'roles'], where);
  const held = texts(person['roles'], `roles of ${where}`).map((role) => {
    const known = roles.find((one) => one === role);
    if (known === undefined) throw invalid(`${where} has the unknown role ${quote(role)}`);
    return known;
  });
  checkRoles(new Set(held), where);
  const keys = texts(person['keys'], `keys of ${where}`).map((text) => {
    const key = parsePersonKey(text);
    if (key === undefined)
      throw invalid(`${where} has the key ${quote(text)}, which neither \`custos approver key\` nor the console gave`);
    return key;
  });
  if (keys.length === 0 || keys.length > MAX_KEYS) throw invalid(`${where} has not 1 to ${MAX_KEYS} keys`);
  const initiates = texts(person['initiates'], `initiates of ${where}`);
  const odd = initiates.find((one) => !isInitiator(one));
  if (odd !== undefined) throw invalid(`${where} has the initiator ${quote(odd)}, which is not one printable word`);
  return { name, roles: new Set(held), keys, initiates: new Set(initiates) };
}

/** Who makes the rules never decides under them, and who examines never acts (docs/control.md). */
function checkRoles(held: ReadonlySet<Role>, where: string): void {
  if (held.size === 0) throw invalid(`${where} has no role`);
  if (held.has('admin') && held.has('approver')) throw invalid(`${where} is admin and approver`);
  if (held.has('auditor') && held.size > 1) throw invalid(`${where} is an auditor and something else`);
}

function readGroups(value: unknown, persons: ReadonlyMap<string, Person>): ReadonlyMap<string, ReadonlySet<string>> {
  const entries = Object.entries(object(value, 'groups'));
  if (entries.length > MAX_GROUPS) throw invalid(`there are more than ${MAX_GROUPS} groups`);
  return new Map(
    entries.map(([name, list]) => {
      if (!isGiven(name)) throw invalid(`a group is called ${quote(name)}, which is not an allowed name`);
      const group = texts(list, `group ${name}`);
      if (group.length === 0) throw invalid(`group ${name} is empty`);
      const stranger = group.find((one) => !persons.has(one));
      if (stranger !== undefined) throw invalid(`group ${name} names ${quote(stranger)}, who is not among the persons`);
      return [name, new Set(group)];
    }),
  );
}

function readThresholds(
  value: unknown,
  { persons, groups }: Pick<Constitution, 'persons' | 'groups'>,
): ReadonlyMap<Act, Demand> {
  const given = exactly(value, acts, 'thresholds');
  return new Map(
    acts.map((act) => {
      const text = given[act];
      const demand = typeof text === 'string' ? parseDemand(text) : undefined;
      if (demand === undefined) throw invalid(`the threshold of ${act} is not like "2 of board"`);
      const group = groups.get(demand.group);
      if (group === undefined)
        throw invalid(`the threshold of ${act} names the group ${demand.group}, which is not there`);
      if (demand.count > group.size)
        throw invalid(`the threshold of ${act} is ${demandText(demand)}, and the group has ${group.size}`);
      const unfit = [...group].find((name) => !isFit(persons.get(name), act));
      if (unfit !== undefined)
        throw invalid(`the threshold of ${act} counts on ${unfit}, whose role does not allow it`);
      return [act, demand];
    }),
  );
}

function isFit(person: Person | undefined, act: Act): boolean {
  return person !== undefined && maySign(person, act);
}

function exactly(value: unknown, names: readonly string[], what: string): JsonObject {
  const found = object(value, what);
  const foreign = Object.keys(found).find((name) => !names.includes(name));
  if (foreign !== undefined) throw invalid(`${what} has the unknown member ${quote(foreign)}`);
  const missing = names.find((name) => !Object.hasOwn(found, name));
  if (missing !== undefined) throw invalid(`${what} has no ${missing}`);
  return found;
}

function object(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw invalid(`${what} is not an object`);
  return value;
}

/** A list of different texts. */
function texts(value: unknown, what: string): readonly string[] {
  const isList = Array.isArray(value) && value.every((one): one is string => typeof one === 'string');
  if (!isList) throw invalid(`${what} is not a list of texts`);
  const twice = value.find((one, at) => value.indexOf(one) < at);
  if (twice !== undefined) throw invalid(`${what} names ${quote(twice)} twice`);
  return value;
}

function invalid(why: string): CustosError {
  return new CustosError('CONSTITUTION_INVALID', `the constitution is refused: ${why}`);
}
