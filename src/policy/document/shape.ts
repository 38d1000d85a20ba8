import { quote } from '../../core/ids.js';
import { isObject } from '../../core/json.js';
import { formWords } from './forms.js';
import { invalid } from './text.js';

/** Checks one value. @param at - its path. @throws CustosError POLICY_INVALID */
export type Shape<T> = (value: unknown, at: string) => T;

type Members = Readonly<Record<string, Shape<unknown>>>;
type Given<M extends Members> = { readonly [Name in keyof M]: ReturnType<M[Name]> };

/** Exactly these members; the optional ones may be left out, but not be null. */
export function object<R extends Members, O extends Members>(
  required: R,
  optional: O,
): Shape<Given<R> & Partial<Given<O>>> {
  const members: Members = { ...required, ...optional };
  return (value, at) => {
    if (!isObject(value)) throw invalid(at, 'is not an object');
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(members, name)) throw invalid(at, `has the unknown member ${quote(name)}`);
    }
    for (const name of Object.keys(required)) {
      if (!Object.hasOwn(value, name)) throw invalid(at, `has no ${name}`);
    }
    const read = Object.entries(value).map(([name, one]) => [name, members[name]?.(one, below(at, name))]);
    // Each member was read by its own shape.
    return Object.fromEntries(read) as Given<R> & Partial<Given<O>>;
  };
}

/** An object whose member names have one form. */
export function map<T>(form: RegExp, shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, at) => {
    if (!isObject(value)) throw invalid(at, 'is not an object');
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => {
        if (!form.test(name)) throw invalid(at, `has the name ${quote(name)}, which is not ${wordsOf(form)}`);
        return [name, shape(one, below(at, name))];
      }),
    );
  };
}

/** A list without repetitions of texts. */
export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw invalid(at, 'is not a list');
    const read = value.map((one: unknown, place) => shape(one, `${at}[${place}]`));
    const texts = read.filter((one) => typeof one === 'string');
    if (new Set(texts).size < texts.length) throw invalid(at, 'names something twice');
    return read;
  };
}

export function textOf(form: RegExp): Shape<string> {
  return (value, at) => {
    if (typeof value !== 'string' || !form.test(value))
      throw invalid(at, `is ${quote(value)}, which is not ${wordsOf(form)}`);
    return value;
  };
}

export function oneOf<const W extends readonly string[]>(words: W): Shape<W[number]> {
  return (value, at) => {
    const word = words.find((one) => one === value);
    if (word === undefined) throw invalid(at, `is ${quote(value)}, which is not one of ${words.join(', ')}`);
    return word;
  };
}

/** A whole number in these bounds. */
export function whole(least: number, most: number): Shape<number> {
  return (value, at) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
      throw invalid(at, `is ${quote(value)}, which is not a whole number from ${least} to ${most}`);
    }
    return value;
  };
}

export function truth(value: unknown, at: string): boolean {
  if (typeof value !== 'boolean') throw invalid(at, `is ${quote(value)}, which is neither true nor false`);
  return value;
}

/** The first shape that the kind of the value picks; so that a mistake is reported by the right one. */
export function either<A, B>(isFirst: (value: unknown) => boolean, first: Shape<A>, second: Shape<B>): Shape<A | B> {
  return (value, at) => (isFirst(value) ? first(value, at) : second(value, at));
}

function wordsOf({ source }: RegExp): string {
  return formWords(source) ?? `a text that matches ${source}`;
}

function below(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}
