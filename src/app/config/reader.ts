import { CustosError, type ErrorCode } from '../../core/errors.js';
import { type ChainId, parseChainId } from '../../core/ids.js';
import { type Problem, problemIn } from './problem.js';
import { type SettingName, settings } from './settings.js';

/** The flags of the command line by camel-case name: a text, `true`, or all values of a repeated flag. */
export type Flags = Readonly<Record<string, unknown>>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** A value and the flag or variable that it came from. */
export interface Sourced {
  readonly value: string;
  readonly from: string;
}

/** The range and default of a number. */
export interface NumberLimits {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

/** The allowed words and default of a setting. */
export interface Choice<T extends string> {
  readonly allowed: readonly T[];
  readonly fallback: T;
}

/** Reads single settings, and remembers every mistake; a wrong value gets its fallback. */
export class SettingsReader {
  readonly problems: Problem[] = [];
  readonly #flags: Flags;
  readonly #environment: Environment;

  constructor(flags: Flags, environment: Environment) {
    this.#flags = flags;
    this.#environment = environment;
  }

  /** A setting that may come from a flag or from variables: the flag, then the first variable that is set. An empty variable means not set. */
  setting(name: SettingName): Sourced | undefined {
    const setting = settings[name];
    if ('flag' in setting) {
      const value = this.text(setting.flag);
      if (value !== undefined) return { value, from: flagName(setting.flag) };
    }
    return this.variable(name);
  }

  /** The same without the flag. */
  variable(name: SettingName): Sourced | undefined {
    for (const variable of settings[name].env) {
      const value = this.#environment[variable];
      if (value !== undefined && value !== '') return { value, from: variable };
    }
    return undefined;
  }

  /** The variable that is set and empty, for a setting whose loss must not pass unseen. */
  emptyVariable(name: SettingName): string | undefined {
    return settings[name].env.find((variable) => this.#environment[variable] === '');
  }

  isGiven(flag: string): boolean {
    return this.#flags[flag] !== undefined;
  }

  isSet(flag: string): boolean {
    return this.#flags[flag] === true;
  }

  /** True for `--no-FLAG`. */
  isOff(flag: string): boolean {
    return this.#flags[flag] === false;
  }

  /** The value of a flag; the last one of a repeated flag, which `refuseRepeated` reports as a mistake. */
  text(flag: string): string | undefined {
    const given = this.#flags[flag];
    const value: unknown = Array.isArray(given) ? given.at(-1) : given;
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** The same, also when it is empty. */
  given(flag: string): string | undefined {
    return this.#flags[flag] === '' ? '' : this.text(flag);
  }

  /** A flag that takes several values, repeated or separated by commas. */
  list(flag: string): readonly string[] | undefined {
    const given = this.#flags[flag];
    if (given === undefined) return undefined;
    const values: readonly unknown[] = Array.isArray(given) ? given : [given];
    const items = values.flatMap((value) => String(value).split(',')).map((item) => item.trim());
    return items.filter((item) => item !== '');
  }

  /** A flag that takes several values, repeated alone: a comma is part of a value. */
  repeated(flag: string): readonly string[] {
    const given = this.#flags[flag];
    if (given === undefined) return [];
    const values: readonly unknown[] = Array.isArray(given) ? given : [given];
    return values.map(String);
  }

  /** Reads each item of a list separately, so that every bad one is named. */
  each<T>(flag: string, read: (item: string) => T): readonly T[] | undefined {
    return this.list(flag)?.flatMap((item) => this.attempt<T[]>(flagName(flag), [], () => [read(item)]));
  }

  /** As `list`, for a flag that says what alone is meant: an empty one would mean nothing, where whoever set it meant something. */
  only(flag: string): readonly string[] | undefined {
    const items = this.list(flag);
    const from = flagName(flag);
    if (items?.length === 0) this.refuse(from, `${from} is empty; leave it out if it is to limit nothing`);
    return items;
  }

  /**
   * `CHAIN=VALUE`, repeated or separated by commas; a repeated chain is a mistake.
   * @param items - those of the flag that have this form; all when absent
   */
  pairs<T>(flag: string, read: (value: string, pair: string) => T, items = this.list(flag)): ReadonlyMap<ChainId, T> {
    const from = flagName(flag);
    const texts = new Map<ChainId, string>();
    const found = new Map<ChainId, T>();
    for (const pair of items ?? []) {
      const [chain, value] = this.attempt(from, [], () => splitPair(pair));
      if (chain === undefined || value === undefined) continue;
      const before = texts.get(chain);
      if (before !== undefined) this.refuse(from, `${from} names ${chain} twice: ${bothOf(flag, [before, value])}`);
      texts.set(chain, value);
      this.attempt(from, undefined, () => void found.set(chain, read(value, pair)));
    }
    return found;
  }

  number(given: Sourced | undefined, { fallback, min, max }: NumberLimits): number {
    if (given === undefined) return fallback;
    const parsed = given.value.trim() === '' ? Number.NaN : Number(given.value);
    if (parsed >= min && parsed <= max) return parsed;
    this.refuse(given.from, `${given.from} takes a number from ${min} to ${max}`);
    return fallback;
  }

  whole(given: Sourced | undefined, limits: NumberLimits): number {
    const parsed = this.number(given, limits);
    if (Number.isInteger(parsed) || given === undefined) return parsed;
    this.refuse(given.from, `${given.from} takes a whole number`);
    return limits.fallback;
  }

  /** A flag alone, as a source. */
  flag(flag: string): Sourced | undefined {
    // An empty value is a separate mistake, which `number` finds.
    const value = this.given(flag);
    return value === undefined ? undefined : { value, from: flagName(flag) };
  }

  oneOf<T extends string>(given: Sourced | undefined, { allowed, fallback }: Choice<T>): T {
    if (given === undefined) return fallback;
    const found = allowed.find((item) => item.toLowerCase() === given.value.toLowerCase());
    if (found === undefined) this.refuse(given.from, `${given.from} takes one of ${allowed.join(', ')}`);
    return found ?? fallback;
  }

  /** The result of `work`, or the fallback and a mistake. */
  attempt<T>(from: string, fallback: T, work: () => T): T {
    return this.#tried(work, (error) => {
      this.refuse(from, error?.message ?? 'not readable');
      return fallback;
    });
  }

  /** The same for an option of one command: its mistake keeps its own code. */
  misused<T>(from: string, fallback: T, work: () => T): T {
    return this.#tried(work, (error) => {
      this.refuse(from, error?.message ?? 'not readable', error?.code);
      return fallback;
    });
  }

  #tried<T>(work: () => T, failed: (error: CustosError | undefined) => T): T {
    try {
      return work();
    } catch (error) {
      return failed(error instanceof CustosError ? error : undefined);
    }
  }

  /** Refuses repeated flags that take one value: the last one must not win silently. */
  refuseRepeated(repeatable: ReadonlySet<string>): void {
    for (const [flag, given] of Object.entries(this.#flags)) {
      if (!Array.isArray(given) || repeatable.has(flag) || given.length < 2) continue;
      this.refuse(flagName(flag), `${flagName(flag)} is given more than once: ${bothOf(flag, given)}`);
    }
  }

  /**
   * Refuses empty flags of settings: a script did not fill their variable, and what the environment or a default says would be
   * used in silence, such as another store.
   */
  refuseEmpty(): void {
    const all = Object.values(settings).flatMap((setting) => ('flag' in setting ? [setting.flag] : []));
    for (const flag of [...all, 'path', 'envFile']) {
      if (![this.#flags[flag]].flat().includes('')) continue;
      this.refuse(flagName(flag), `${flagName(flag)} is empty; leave it out if it is to name nothing`);
    }
  }

  refuse(from: string, what: string, code?: ErrorCode): void {
    this.problems.push(problemIn(from, what, code));
  }
}

function splitPair(pair: string): readonly [ChainId, string] | readonly [] {
  const at = pair.indexOf('=');
  if (at <= 0 || at === pair.length - 1) throw new CustosError('CONFIG_INVALID', 'expected CHAIN=VALUE');
  return [parseChainId(pair.slice(0, at)), pair.slice(at + 1)];
}

/** How the command line spells a flag. */
export function flagName(flag: string): string {
  if (flag === 'envFile') return '--envFile';
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Flags with hidden values. */
const hidden: ReadonlySet<string> = new Set(['apiKey']);

/** The values of one flag in one text; of a URL only its host, because the rest may hold a key. */
export function bothOf(flag: string, values: readonly unknown[]): string {
  if (hidden.has(flag)) return 'its values are not shown';
  return values.map((value) => hostOnly(String(value))).join(' and ');
}

function hostOnly(value: string): string {
  const address = /[a-z][a-z0-9+.-]*:\/\/.*/i.exec(value)?.[0];
  if (address === undefined) return value;
  const start = value.slice(0, value.length - address.length);
  return URL.canParse(address)
    ? `${start}${new URL(address).protocol}//${new URL(address).host}`
    : `${start}(an address)`;
}
