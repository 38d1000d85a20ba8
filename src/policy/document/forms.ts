import { ownerForm } from '../../core/ids.js';

/** The forms of the texts in a policy. Both readers use them, and nothing else of each other. */
export const forms = {
  hash: /^sha256:[0-9a-f]{64}$/,
  timeZone: /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/,
  /** Of assets: what people call them. */
  asset: /^[A-Za-z0-9][A-Za-z0-9.-]{0,31}$/,
  /** Of rules, books, groups, persons and tags. */
  name: /^[a-z0-9][a-z0-9-]{0,63}$/,
  group: /^[a-z][a-z0-9-]{0,31}$/,
  chain: /^[A-Z0-9]{1,12}$/,
  wallet: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  /** Foreign identifiers, such as addresses, contracts and methods: visible ASCII. */
  foreign: /^[!-~]{1,512}$/,
  /** Also with blanks, such as names of owners and initiators. */
  words: ownerForm,
  amount: /^(?:0|[1-9][0-9]{0,59})(?:\.[0-9]{1,36})?$/,
  whole: /^(?:0|[1-9][0-9]{0,77})$/,
  hex: /^(?:[0-9a-f]{2}){1,256}$/,
  demand: /^[1-9][0-9]{0,2} of [a-z][a-z0-9-]{0,31}$/,
  length: /^[1-9][0-9]{0,4}[mhd]$/,
  hours: /^(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/,
  days: /^(?:sun|mon|tue|wed|thu|fri|sat)(?:-(?:sun|mon|tue|wed|thu|fri|sat))?$/,
  moment: /^2[0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$/,
} as const;

/** What a text of each form is, in words. */
const words: Readonly<Record<keyof typeof forms, string>> = {
  hash: 'sha256: and 64 hexadecimal digits',
  timeZone: 'an IANA time zone such as Europe/Vienna',
  asset: 'a name of at most 32 letters, digits, dots and dashes',
  name: 'a name of at most 64 lower-case letters, digits and dashes',
  group: 'a lower-case letter, then at most 31 lower-case letters, digits or dashes',
  chain: 'the ticker of a chain, in capital letters',
  wallet: 'a signature ID of 36 characters',
  foreign: '1 to 512 visible ASCII characters without blanks',
  words: '1 to 128 characters that can be seen',
  amount: 'a decimal amount such as "1.5"',
  whole: 'a whole number as a text such as "10"',
  hex: 'an even number of lower-case hexadecimal digits',
  demand: 'a demand such as "2 of treasury"',
  length: 'a length of time such as "30m", "24h" or "7d"',
  hours: 'hours such as "09:00-17:00"',
  days: 'days such as "mon-fri" or "sat"',
  moment: 'a moment such as "2026-07-01T08:00:00Z"',
};

const bySource = new Map(
  Object.entries(forms).map(([name, { source }]) => [source, words[name as keyof typeof forms]]),
);

/** What a text of a form is, in words; undefined if it is none of these. @param source - of the regular expression */
export function formWords(source: string): string | undefined {
  return bySource.get(source);
}

/** The highest version, and the most of anything that is counted. */
export const MOST = 1_000_000;
/** Most decimals of an asset. */
export const DECIMALS = 36;
