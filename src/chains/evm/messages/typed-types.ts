import { CustosError } from '../../../core/errors.js';
import { quote } from '../../../core/ids.js';
import { isObject } from '../../../core/json.js';

/** One member of a struct, e.g. `address[2] owners`. */
interface TypedField {
  readonly name: string;
  readonly type: string;
}

/** Fields of each struct, by its name. */
export type TypedStructs = ReadonlyMap<string, readonly TypedField[]>;

/** The fields that a domain may have, with their types, in the order of the standard. */
const domainFields: readonly TypedField[] = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
  { name: 'salt', type: 'bytes32' },
];

export const DOMAIN = 'EIP712Domain';

const NAME = /^[A-Za-z_$][\w$]{0,127}$/;
const TYPE = /^([A-Za-z_$][\w$]{0,127})((?:\[(?:[1-9]\d{0,3})?\]){0,4})$/;
const ATOMIC = /^(?:address|bool|string|bytes|bytes(?:[1-9]|[12]\d|3[0-2])|u?int(\d+))$/;
/** Names that look like a type of Solidity, so that a struct of this name would mislead. */
const RESERVED = /^(?:address|bool|string|bytes\d*|u?int\d*|u?fixed\w*|function|tuple|mapping)$/;
const MOST_STRUCTS = 128;
const MOST_FIELDS = 256;

/**
 * Reads the structs of typed data. The domain's is made of its members where it is not declared.
 * @throws CustosError MESSAGE_INVALID
 */
export function readStructs(types: unknown, domain: Readonly<Record<string, unknown>>): TypedStructs {
  if (!isObject(types)) throw invalidData('types is no object');
  const names = Object.keys(types);
  if (names.length > MOST_STRUCTS) throw invalidData(`it has more than ${MOST_STRUCTS} types`);
  const structs = new Map(names.map((name) => [name, readFields(name, types[name])] as const));
  const own = structs.get(DOMAIN);
  if (own === undefined)
    structs.set(
      DOMAIN,
      domainFields.filter(({ name }) => Object.hasOwn(domain, name)),
    );
  else own.forEach(checkDomainField);
  for (const fields of structs.values()) for (const { type } of fields) checkType(type, structs);
  return structs;
}

/** The element and the length of an array type, read from its end: `T[2][]` is a list of `T[2]`. */
export function arrayOf(type: string): { readonly element: string; readonly length?: number } | undefined {
  const found = /^(.*)\[(\d*)\]$/.exec(type);
  if (found === null) return undefined;
  const [, element = '', length = ''] = found;
  return { element, ...(length !== '' && { length: Number(length) }) };
}

/** The struct with all that it refers to, sorted by name behind it (EIP-712, `encodeType`). */
export function encodeType(name: string, structs: TypedStructs): string {
  const found = new Set<string>();
  const wanted = [name];
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    for (const { type } of structs.get(next) ?? []) {
      const base = baseOf(type);
      if (structs.has(base)) wanted.push(base);
    }
  }
  found.delete(name);
  return [name, ...[...found].sort()].map((one) => writeStruct(one, structs.get(one) ?? [])).join('');
}

export function invalidData(why: string): CustosError {
  return new CustosError('MESSAGE_INVALID', `the typed data cannot be signed: ${why}`);
}

function writeStruct(name: string, fields: readonly TypedField[]): string {
  return `${name}(${fields.map((field) => `${field.type} ${field.name}`).join(',')})`;
}

function baseOf(type: string): string {
  return type.split('[')[0] ?? '';
}

function readFields(name: string, value: unknown): readonly TypedField[] {
  if (!NAME.test(name) || RESERVED.test(name)) throw invalidData(`${quote(name)} is no name of a struct`);
  if (!Array.isArray(value) || value.length > MOST_FIELDS) throw invalidData(`type ${name} is no list of fields`);
  const fields = value.map((field: unknown) => readField(field, name));
  const names = new Set(fields.map((field) => field.name));
  if (names.size < fields.length) throw invalidData(`type ${name} has a field twice`);
  return fields;
}

function readField(value: unknown, struct: string): TypedField {
  if (!isObject(value)) throw invalidData(`a field of type ${struct} is no object`);
  const { name, type } = value;
  if (typeof name !== 'string' || typeof type !== 'string' || Object.keys(value).length !== 2) {
    throw invalidData(`a field of type ${struct} is not a name with a type`);
  }
  if (!NAME.test(name)) throw invalidData(`${quote(name)} is no name of a field`);
  return { name, type };
}

function checkDomainField({ name, type }: TypedField): void {
  const isKnown = domainFields.some((field) => field.name === name && field.type === type);
  if (!isKnown) throw invalidData(`the domain has no field ${type} ${name}`);
}

function checkType(type: string, structs: TypedStructs): void {
  const base = TYPE.exec(type)?.[1];
  if (base !== undefined && (structs.has(base) || isAtomic(base))) return;
  throw invalidData(`${quote(type)} is no type`);
}

/** EIP-712 knows no `uint` and `int` without a length. */
function isAtomic(type: string): boolean {
  const bits = ATOMIC.exec(type)?.[1];
  if (bits === undefined) return ATOMIC.test(type);
  return !bits.startsWith('0') && Number(bits) % 8 === 0 && Number(bits) <= 256;
}
