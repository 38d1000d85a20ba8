import type { Effect, EffectArgument } from '../../../core/chain/effect.js';
import type { SummaryNote } from '../../../core/chain/summary.js';
import { formatUnits } from '../../../core/chain/units.js';
import { bytesToBigInt, bytesToHex } from '../../shared/hexadecimal.js';
import { type AbiType, type AbiValue, decodeStart } from './abi.js';
import { isUnspendable, isUnspendableCalled } from './destination.js';
import {
  type Destinations,
  effectsOfMoves,
  type InnerEffect,
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
import { bytesNote, dataNotes, showBytes, unknownWords, writeText } from './texts.js';
import { bundleOf, hidden, unfollowed, worstEffects } from './worst-case.js';

/** How a chain shows what the Ethereum Virtual Machine does. */
export interface CallRules {
  readonly coin: string;
  readonly decimals: number;
  /** @param address - 20 bytes */
  show(address: Uint8Array): string;
  /** Reads what `show` wrote. */
  read(address: string): Uint8Array;
  /** The chain's name of a token standard of Ethereum; `ERC-` and its number unless said otherwise. */
  standard?(number: TokenStandard): string;
  /** Further addresses, beyond those of the whole family, from which no one can send anything. */
  isLost?(address: Uint8Array): boolean;
}

/** What a message says. */
export interface Read extends InnerEffect {
  readonly method?: string;
  readonly notes: readonly SummaryNote[];
}

/** Calls inside of calls that are followed. */
const DEPTH = 4;

/** Reads one message and the calls inside of it. */
export class CallReader {
  readonly #rules: CallRules;
  /** The bytes of each address that was shown. */
  readonly #shown = new Map<string, Uint8Array>();

  constructor(rules: CallRules) {
    this.#rules = rules;
  }

  read(message: Message, depth = 0): Read {
    const { to, data, value } = message;
    const sent = this.#coins(message);
    if (data.length === 0) {
      const text = payment(this.#show(to), value, this.#rules);
      return { kind: 'transfer', moves: [], effects: sent, notes: [], text };
    }
    const call = this.#readCall(message, depth);
    const along = value > 0n ? ` and sends ${coinWords(value, this.#rules)} along` : '';
    return { ...call, effects: [...sent, ...call.effects], text: `${call.text}${along}` };
  }

  /** The coins that a message carries; none are none only where it carries data. */
  #coins({ to, data, value, sender }: Message): Effect[] {
    if (value === 0n && data.length > 0) return [];
    const code = value > 0n && this.#loses(to, data) ? ({ code: 'unspendable-destination' } as const) : {};
    return [{ op: 'transfer', ...code, from: sender, to: this.#show(to), asset: this.#rules.coin, amount: value }];
  }

  /** Whether coins are lost at an address. */
  #loses(to: Uint8Array, data: Uint8Array): boolean {
    const isLost = data.length === 0 ? isUnspendable(to) : isUnspendableCalled(to);
    return isLost || this.#rules.isLost?.(to) === true;
  }

  #readCall(message: Message, depth: number): Read {
    const { to, data, sender } = message;
    const contract = this.#show(to);
    const selector = bytesToHex(data.subarray(0, 4));
    const known = data.length < 4 ? undefined : knownMethods.get(selector);
    const digits = bytesToHex(data).slice(2);
    const opaque = { op: 'call', code: 'opaque-data', from: sender, to: contract, contract } as const;
    const unknown = (text: string, method: string): Omit<Read, 'effects'> => {
      return { kind: 'contract-call', moves: [], method, opaque: true, notes: dataNotes(data), text };
    };
    if (known === undefined) {
      const effects = [{ ...opaque, method: selector, data: digits }];
      return { ...unknown(unknownWords(selector, contract, data), selector), effects };
    }
    const { signature } = known;
    const found = decodeStart(known.types, data.subarray(4));
    const inexact = `calls ${signature} of contract ${contract} with arguments that do not decode exactly`;
    if (found === undefined) {
      const effects = [...worstEffects(known, contract, sender), { ...opaque, method: signature, data: digits }];
      return { ...unknown(inexact, signature), effects };
    }
    const { value: values, end } = found;
    const { inner: sent = [], ...seen } = known.effect(
      this.#arguments(values, { contract, target: to, sender, depth }),
    );
    const effect = { ...seen, moves: [...seen.moves, ...sent.flatMap(({ moves }) => moves)] };
    const args = this.#write(values, known);
    const method = `${nameOf(signature)}(${args.map(({ value }) => value).join(', ')})`;
    const [call, ...others] = this.#effects(seen, contract, signature);
    const inner = [...others, ...sent.flatMap(({ effects }) => effects)];
    const own = [{ from: sender, ...call, contract, method: signature, args, data: digits }, ...inner];
    if (4 + end === data.length) {
      const isNamed = effect.opaque !== true || own.some(({ code }) => code === 'opaque-data');
      const effects = isNamed ? own : [...own, { ...opaque, method: signature }];
      return { ...effect, method, effects, notes: [] };
    }
    // A contract ignores extra bytes and does everything before them, so all of that is still named.
    const rest = bytesNote('bytes behind the arguments', data.subarray(4 + end));
    return {
      ...unknown(`${inexact}: it ${effect.text}, and more bytes follow`, signature),
      method,
      effects: [...own.map(followed), { ...opaque, method: signature, args: [rest] }],
    };
  }

  #effects(effect: MethodEffect, contract: string, method: string): NonNullable<MethodEffect['effects']> {
    if (effect.effects !== undefined) return effect.effects;
    const [first = { op: 'call', to: contract }, ...others] = effectsOfMoves(
      effect.moves,
      { contract, method },
      this.#destinations(),
    );
    return [first, ...others];
  }

  #inner(message: Message, depth: number): InnerEffect {
    const { sender, data, to, value } = message;
    const contract = this.#show(to);
    if (depth >= DEPTH) {
      const call = { ...bundleOf(contract), from: sender, contract, data: bytesToHex(data).slice(2) };
      return { ...hidden(contract), effects: [...this.#coins(message), call, unfollowed(contract)].map(nested) };
    }
    const { method: _method, notes: _notes, ...read } = this.read(message, depth + 1);
    const effects = read.effects.map(nested);
    if (value === 0n) return { ...read, effects };
    const move = { standard: 'coin', contract: this.#rules.coin, from: sender, to: contract, amount: value };
    return { ...read, effects, moves: [{ ...move, action: 'transfer' }, ...read.moves] };
  }

  #destinations(): Destinations {
    const bytesOf = (address: string) => this.#shown.get(address) ?? new Uint8Array(20);
    return {
      isLost: (address, contract) => address === contract || this.#loses(bytesOf(address), new Uint8Array(0)),
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

  #write(values: readonly AbiValue[], { types, names }: KnownMethod): EffectArgument[] {
    return values.map((value, at) => ({ name: names[at] ?? '', value: this.#writeValue(value, types[at]) }));
  }

  #writeValue(value: AbiValue, type: AbiType | undefined): string {
    if (typeof value === 'bigint') return type?.kind === 'bool' ? String(value === 1n) : value.toString();
    if (value instanceof Uint8Array) {
      if (type?.kind === 'address') return this.#show(value);
      return type?.kind === 'string' ? writeText(value) : showBytes(value);
    }
    const items = value.map((item, at) => this.#writeValue(item, partOf(type, at)));
    return `[${items.join(', ')}]`;
  }
}

/** Says that coins go to an address and nothing goes with them. @param to - as shown */
export function payment(to: string, value: bigint, rules: CallRules): string {
  return `sends ${coinWords(value, rules)} to ${to}`;
}

function coinWords(value: bigint, { coin, decimals }: CallRules): string {
  return `${formatUnits(value, decimals)} ${coin}`;
}

/** No rule about plain calls covers what a call makes inside of another one. */
function nested(effect: Effect): Effect {
  return effect.code === undefined ? { ...effect, code: 'nested-call' } : effect;
}

/** Bytes that are not understood are said once of the whole call. */
function followed(effect: Effect): Effect {
  return effect.code === 'opaque-data' ? { ...effect, code: 'nested-call' } : effect;
}

function partOf(type: AbiType | undefined, at: number): AbiType | undefined {
  if (type?.kind === 'list') return type.of;
  return type?.kind === 'tuple' ? type.parts[at] : undefined;
}
