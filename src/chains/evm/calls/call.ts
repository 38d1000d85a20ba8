import type { Hazard } from '../../../core/chain/hazards.js';
import type { Summary, SummaryNote, TokenMove } from '../../../core/chain/summary.js';
import { formatUnits } from '../../../core/chain/units.js';
import { keccak256 } from '../../../crypto/hash.js';
import { bytesToBigInt, bytesToHex } from '../../shared/hexadecimal.js';
import { type AbiType, type AbiValue, decodeStart } from './abi.js';
import { isUnspendable, isUnspendableCalled } from './destination.js';
import {
  type Destinations,
  hazardsOfMoves,
  isList,
  type KnownMethod,
  type Message,
  type MethodCall,
  type MethodEffect,
  nameOf,
  type TokenStandard,
  valueAt,
} from './method.js';
import { knownMethods } from './methods.js';
import { hidden, worstHazards } from './worst-case.js';

/** How a chain shows what the Ethereum Virtual Machine does. */
export interface CallRules {
  readonly coin: string;
  readonly decimals: number;
  /** @param address - 20 bytes */
  show(address: Uint8Array): string;
  /** The chain's name of a token standard of Ethereum; `ERC-` and its number unless said otherwise. */
  standard?(number: TokenStandard): string;
  /** Further addresses, beyond those of the whole family, from which no one can send anything. */
  isLost?(address: Uint8Array): boolean;
}

/** What one message to an account or contract does, apart from its fee. */
export interface Content {
  readonly kind: Summary['kind'];
  readonly tokens: readonly TokenMove[];
  readonly method?: string;
  readonly opaque: boolean;
  readonly hazards: readonly Hazard[];
  readonly notes: readonly SummaryNote[];
  readonly text: string;
}

/** Calls inside of calls that are followed. */
const DEPTH = 4;
/** Bytes that are shown in full. */
const SHOWN = 256;

/** Says what one message does: carry coins and data to an address, or make a contract. @param from - sender as shown */
export function describe(
  { to, data, value }: { to?: Uint8Array; data: Uint8Array; value: bigint },
  from: string,
  rules: CallRules,
): Content {
  if (to === undefined) return describeCreation(data, value, rules);
  const reader = new CallReader(rules);
  const { kind, moves, text, method, opaque, hazards, notes } = reader.read({ to, data, value, sender: from }, 0);
  const lost = value > 0n && reader.loses(to, data) ? [reader.lostCoins(to, value)] : [];
  return {
    // Coins that go along are more than a payment in tokens, so that no reader of the kind alone takes it for one.
    kind: value > 0n && data.length > 0 ? 'contract-call' : kind,
    tokens: moves,
    ...(method !== undefined && { method }),
    opaque: opaque === true,
    hazards: [...lost, ...hazards],
    notes,
    text,
  };
}

function describeCreation(data: Uint8Array, value: bigint, { coin, decimals }: CallRules): Content {
  const gift = value > 0n ? ` and gives it ${formatUnits(value, decimals)} ${coin}` : '';
  const text = `creates a contract from ${data.length} bytes of code${gift}`;
  const hazards = [
    { kind: 'contract-creation' },
    { kind: 'opaque-data', text: `${data.length} bytes of code` },
  ] as const;
  return { kind: 'contract-creation', tokens: [], opaque: true, hazards, notes: [bytesNote('code', data)], text };
}

/** Bytes as a note: in full if there are few, else their count and hash. */
export function bytesNote(name: string, bytes: Uint8Array): SummaryNote {
  return { name, value: showBytes(bytes) };
}

function showBytes(bytes: Uint8Array): string {
  return bytes.length <= SHOWN
    ? bytesToHex(bytes)
    : `${bytes.length} bytes, Keccak-256 ${bytesToHex(keccak256(bytes))}`;
}

type Read = Omit<MethodEffect, 'hazards'> & {
  readonly method?: string;
  readonly hazards: readonly Hazard[];
  readonly notes: readonly SummaryNote[];
};

/** Reads one message and the calls inside of it. */
class CallReader {
  readonly #rules: CallRules;
  /** The bytes of each address that was shown. */
  readonly #shown = new Map<string, Uint8Array>();

  constructor(rules: CallRules) {
    this.#rules = rules;
  }

  read(message: Message, depth: number): Read {
    const { to, data, value } = message;
    const coins = `${formatUnits(value, this.#rules.decimals)} ${this.#rules.coin}`;
    const contract = this.#show(to);
    if (data.length === 0) {
      return { kind: 'transfer', moves: [], hazards: [], notes: [], text: `sends ${coins} to ${contract}` };
    }
    const call = this.#readCall(message, depth);
    return { ...call, text: `${call.text}${value > 0n ? ` and sends ${coins} along` : ''}` };
  }

  /** Whether coins are lost at an address. */
  loses(to: Uint8Array, data: Uint8Array): boolean {
    const isLost = data.length === 0 ? isUnspendable(to) : isUnspendableCalled(to);
    return isLost || this.#rules.isLost?.(to) === true;
  }

  lostCoins(to: Uint8Array, amount: bigint): Hazard {
    return { kind: 'unspendable-destination', party: this.#show(to), asset: this.#rules.coin, amount };
  }

  #readCall(message: Message, depth: number): Read {
    const { to, data, sender } = message;
    const contract = this.#show(to);
    const selector = bytesToHex(data.subarray(0, 4));
    const known = data.length < 4 ? undefined : knownMethods.get(selector);
    const unknown = (words: string, method: string): Read => {
      const hazards = [{ kind: 'opaque-data', party: contract, text: method }] as const;
      return { kind: 'contract-call', moves: [], method, opaque: true, hazards, notes: dataNotes(data), text: words };
    };
    if (known === undefined) return unknown(unknownWords(selector, contract, data), selector);
    const found = decodeStart(known.types, data.subarray(4));
    const inexact = `calls ${known.signature} of contract ${contract} with arguments that do not decode exactly`;
    if (found === undefined) {
      const { hazards, ...read } = unknown(inexact, known.signature);
      return { ...read, hazards: [...worstHazards(known, contract), ...hazards] };
    }
    const { value: values, end } = found;
    const effect = known.effect(this.#arguments(values, { contract, target: to, sender, depth }));
    const read = { ...effect, ...this.#readEffect(effect, known, { values, contract }) };
    if (4 + end === data.length) return read;
    // A contract ignores extra bytes and does everything before them, so all of that is still named.
    const rest = unknown(`${inexact}: it ${effect.text}, and more bytes follow`, known.signature);
    const stays = read.hazards.filter(({ kind }) => kind !== 'opaque-data');
    return { ...rest, method: read.method ?? known.signature, hazards: [...stays, ...rest.hazards] };
  }

  #readEffect(
    effect: MethodEffect,
    known: KnownMethod,
    { values, contract }: { values: readonly AbiValue[]; contract: string },
  ): Pick<Read, 'method' | 'hazards' | 'notes'> {
    const name = nameOf(known.signature);
    const found = effect.hazards ?? hazardsOfMoves(effect.moves, name, this.#destinations());
    const isNamed = effect.opaque !== true || found.some(({ kind }) => kind === 'opaque-data');
    const hazards = isNamed ? found : [...found, { kind: 'opaque-data', party: contract, text: name } as const];
    const list = values.map((value, position) => this.#write(value, known.types[position]));
    return { method: `${name}(${list.join(', ')})`, hazards, notes: [] };
  }

  #inner(message: Message, depth: number): MethodEffect {
    if (depth >= DEPTH) return hidden;
    const { to, data, value, sender } = message;
    const { method: _method, notes: _notes, ...effect } = this.read(message, depth + 1);
    if (value === 0n) return effect;
    const { coin } = this.#rules;
    const move = { standard: 'coin', contract: coin, from: sender, to: this.#show(to), amount: value };
    const lost = this.loses(to, data) ? [this.lostCoins(to, value)] : [];
    return {
      ...effect,
      moves: [{ ...move, action: 'transfer' }, ...effect.moves],
      hazards: [...lost, ...effect.hazards],
    };
  }

  #destinations(): Destinations {
    const bytesOf = (address: string) => this.#shown.get(address) ?? new Uint8Array(20);
    return {
      isLost: (address, contract) => address === contract || this.loses(bytesOf(address), new Uint8Array(0)),
      isNobody: (address) => bytesToBigInt(bytesOf(address)) === 0n,
    };
  }

  #arguments(
    values: readonly AbiValue[],
    { depth, ...place }: Pick<MethodCall, 'contract' | 'target' | 'sender'> & { depth: number },
  ): MethodCall {
    const bytes = (path: readonly number[]) => {
      const value = valueAt(values, path);
      return value instanceof Uint8Array ? value : new Uint8Array(0);
    };
    return {
      ...place,
      address: (...path) => this.#show(bytes(path)),
      number(...path) {
        const value = valueAt(values, path);
        return typeof value === 'bigint' ? value : 0n;
      },
      numbers(...path) {
        const value = valueAt(values, path);
        return isList(value) ? value.filter((item) => typeof item === 'bigint') : [];
      },
      bytes: (...path) => bytes(path),
      length(...path) {
        const value = valueAt(values, path);
        return value instanceof Uint8Array || isList(value) ? value.length : 0;
      },
      standard: (...numbers) => numbers.map((number) => this.#standard(number)).join(' or '),
      inner: (message) => this.#inner(message, depth),
    };
  }

  #standard(number: TokenStandard): string {
    return this.#rules.standard?.(number) ?? `ERC-${number}`;
  }

  #show(address: Uint8Array): string {
    const text = this.#rules.show(address);
    this.#shown.set(text, address);
    return text;
  }

  #write(value: AbiValue, type: AbiType | undefined): string {
    if (typeof value === 'bigint') return type?.kind === 'bool' ? String(value === 1n) : value.toString();
    if (value instanceof Uint8Array) {
      if (type?.kind === 'address') return this.#show(value);
      return type?.kind === 'string' ? writeText(value) : showBytes(value);
    }
    const items = value.map((item, at) => this.#write(item, partOf(type, at)));
    return `[${items.join(', ')}]`;
  }
}

function partOf(type: AbiType | undefined, at: number): AbiType | undefined {
  if (type?.kind === 'list') return type.of;
  return type?.kind === 'tuple' ? type.parts[at] : undefined;
}

function unknownWords(selector: string, contract: string, data: Uint8Array): string {
  const text = readText(data);
  const reading = text === undefined ? '' : ` that read ${JSON.stringify(text)}`;
  return `calls an unknown method (${selector}) of contract ${contract} with ${data.length} bytes of data${reading}`;
}

/** Contracts ignore bytes behind their arguments, so text there can hide a call: it is shown beside the bytes, not instead of them. */
function dataNotes(data: Uint8Array): SummaryNote[] {
  const text = readText(data);
  return [bytesNote('data', data), ...(text === undefined ? [] : [{ name: 'data as text', value: text }])];
}

function writeText(bytes: Uint8Array): string {
  const text = readText(bytes);
  return text === undefined ? showBytes(bytes) : JSON.stringify(text);
}

/** The text that bytes carry, if all of it can be seen. */
function readText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]+$/u.test(text) ? text : undefined;
  } catch {
    // The decoder throws on bytes that are not UTF-8; they are not text.
    return undefined;
  }
}
