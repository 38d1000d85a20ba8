import { addr } from 'micro-eth-signer';
import { createContract, type parseAbi } from 'micro-eth-signer/abi.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { isRecord } from '../../http/json.js';
import { checkField, requestInvalid } from '../../http/problems.js';
import type { AbiParameter, ContractMethod } from '../requests.js';

/** Reads an address in any form of the chain. @returns 0x and 40 hexadecimal digits @throws CustosError ADDRESS_INVALID */
export type ReadAddress = (text: string) => string;

/** Calls of ERC-20 (EIP-20) as the gateway builds them. */
export const erc20 = {
  transfer: erc20Method('transfer', ['address', 'uint256']),
  approve: erc20Method('approve', ['address', 'uint256']),
  decimals: erc20Method('decimals', []),
};

/**
 * Encodes a contract call.
 * @returns 0x and hexadecimal digits
 * @throws CustosError REQUEST_INVALID: the method is not the one of the ABI, or a parameter is not of its type
 */
export function encodeCall(method: Pick<ContractMethod, 'methodName' | 'methodABI' | 'params'>, read: ReadAddress) {
  const inputs = method.methodABI.inputs ?? [];
  const name = methodName(method);
  if (method.params.length !== inputs.length) {
    const text = `${method.methodName} takes ${inputs.length} parameters, got ${method.params.length}`;
    throw requestInvalid([{ property: 'params', rule: 'length', text }]);
  }
  const values = inputs.map((input, place) =>
    checkField(`params.${place}`, () => toValue(input, method.params[place], read)),
  );
  return checkField('methodABI', () => encode(name, inputs, values));
}

/**
 * Decodes the answer of a contract: one result alone, several as an object with places and names as keys.
 * Whole numbers are decimal texts, bytes are 0x and hexadecimal digits, addresses carry the checksum of EIP-55.
 * @throws CustosError NODE_ANSWER_INVALID: the answer does not fit the ABI
 */
export function decodeResult(outputs: readonly AbiParameter[], answer: unknown): unknown {
  if (typeof answer !== 'string' || !/^0x([0-9a-fA-F]{2})*$/.test(answer)) {
    throw new CustosError('NODE_ANSWER_INVALID', "the node's answer to eth_call is not hexadecimal");
  }
  if (outputs.length === 0) return answer;
  const decoded = decode(outputs, answer);
  const list = outputs.length === 1 ? [decoded] : Array.isArray(decoded) ? decoded : [];
  const values = outputs.map((output, place) => toJson(output, list[place]));
  if (values.length === 1) return values[0];
  const named = outputs.flatMap(({ name }, place) => (name ? [[name, values[place]]] : []));
  return Object.fromEntries([...values.entries(), ...named]);
}

function decode(outputs: readonly AbiParameter[], answer: string): unknown {
  try {
    return contract('answer', [], outputs).decodeOutput(Buffer.from(answer.slice(2), 'hex'));
  } catch {
    throw new CustosError('NODE_ANSWER_INVALID', "the contract's answer does not fit the outputs of methodABI");
  }
}

function encode(name: string, inputs: readonly AbiParameter[], values: readonly unknown[]): string {
  try {
    const data = contract(name, inputs, []).encodeInput(values.length === 1 ? values[0] : values);
    return `0x${Buffer.from(data).toString('hex')}`;
  } catch {
    throw new CustosError('REQUEST_INVALID', `${quote(name)} cannot be encoded with these parameters`);
  }
}

// Arguments have places instead of names, so that the library takes and returns lists.
function contract(name: string, inputs: readonly AbiParameter[], outputs: readonly AbiParameter[]) {
  const abi: ReturnType<typeof parseAbi> = [
    { __parsedAbi: true, type: 'function', name, inputs: inputs.map(unnamed), outputs: outputs.map(unnamed) },
  ];
  const method = Object.values(createContract(abi))[0];
  if (!method) throw new CustosError('REQUEST_INVALID', `${quote(name)} is not a method`);
  return method;
}

interface UnnamedParameter {
  readonly type: string;
  readonly components?: UnnamedParameter[];
}

function unnamed({ type: written, components }: AbiParameter): UnnamedParameter {
  // A selector needs canonical types: `uint` means uint256.
  const type = written.replace(/^(u?int)(?=\[|$)/, '$1256');
  return components === undefined ? { type } : { type, components: components.map(unnamed) };
}

/** The name may carry the argument types: `transfer(address,uint256)`. */
function methodName({ methodName, methodABI }: Pick<ContractMethod, 'methodName' | 'methodABI'>): string {
  const [name = ''] = methodName.split('(');
  const valid = /^[A-Za-z_$][\w$]*$/.test(name) && (methodABI.name === undefined || methodABI.name === name);
  if (valid) return name;
  throw requestInvalid([{ property: 'methodName', rule: 'name', text: 'methodName must be the name in methodABI' }]);
}

/** A JSON value as the ABI type wants it. */
function toValue(parameter: AbiParameter, value: unknown, read: ReadAddress): unknown {
  const { type } = parameter;
  const list = /^(.*)\[(\d*)\]$/.exec(type);
  if (list) return toList({ ...parameter, type: list[1] ?? '' }, list[2], value, read);
  if (type === 'tuple') return toTuple(parameter.components ?? [], value, read);
  if (type === 'address' && typeof value === 'string') return read(value);
  if (type === 'bool' && (value === true || value === 'true')) return true;
  if (type === 'bool' && (value === false || value === 'false')) return false;
  if (type === 'string' && typeof value === 'string') return value;
  if (/^u?int\d*$/.test(type)) return toInteger(value);
  if (/^bytes\d*$/.test(type)) return toBytes(value);
  throw new CustosError('REQUEST_INVALID', `${quote(value)} is not of type ${type}`);
}

function toList(element: AbiParameter, length: string | undefined, value: unknown, read: ReadAddress): unknown[] {
  if (!Array.isArray(value) || (length && value.length !== Number(length))) {
    throw new CustosError('REQUEST_INVALID', `${quote(value)} is not a list of ${length || 'any number of'} elements`);
  }
  return value.map((one: unknown) => toValue(element, one, read));
}

function toTuple(components: readonly AbiParameter[], value: unknown, read: ReadAddress): unknown[] {
  const fields = Array.isArray(value)
    ? value
    : isRecord(value)
      ? components.map(({ name }) => (name !== undefined && Object.hasOwn(value, name) ? value[name] : undefined))
      : [];
  if (fields.length !== components.length) {
    throw new CustosError('REQUEST_INVALID', `a tuple needs ${components.length} fields`);
  }
  return components.map((component, place) => toValue(component, fields[place], read));
}

function toInteger(value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^(-?\d{1,80}|0x[0-9a-fA-F]{1,64})$/.test(value)) return BigInt(value);
  throw new CustosError('REQUEST_INVALID', `${quote(value)} is not a whole number`);
}

function toBytes(value: unknown): Uint8Array {
  if (typeof value === 'string' && /^0x([0-9a-fA-F]{2})*$/.test(value)) {
    return Uint8Array.from(Buffer.from(value.slice(2), 'hex'));
  }
  throw new CustosError('REQUEST_INVALID', `${quote(value)} is not 0x and hexadecimal digits`);
}

function toJson(parameter: AbiParameter, value: unknown): unknown {
  const list = /^(.*)\[\d*\]$/.exec(parameter.type);
  if (list && Array.isArray(value)) {
    return value.map((one: unknown) => toJson({ ...parameter, type: list[1] ?? '' }, one));
  }
  if (parameter.type === 'tuple' && Array.isArray(value)) {
    return (parameter.components ?? []).map((component, place) => toJson(component, value[place]));
  }
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  if (parameter.type === 'address' && typeof value === 'string') return addr.addChecksum(value);
  return value;
}

function erc20Method(name: string, types: readonly string[]) {
  const methodABI = { name, inputs: types.map((type) => ({ type })) };
  return (params: unknown[], read: ReadAddress) => encodeCall({ methodName: name, methodABI, params }, read);
}
