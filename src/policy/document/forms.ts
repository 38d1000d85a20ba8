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
  words: /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,128}$/u,
  amount: /^(?:0|[1-9][0-9]{0,59})(?:\.[0-9]{1,36})?$/,
  whole: /^(?:0|[1-9][0-9]{0,77})$/,
  hex: /^(?:[0-9a-f]{2}){1,256}$/,
  demand: /^[1-9][0-9]{0,2} of [a-z][a-z0-9-]{0,31}$/,
  length: /^[1-9][0-9]{0,4}[mhd]$/,
  hours: /^(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/,
  days: /^(?:sun|mon|tue|wed|thu|fri|sat)(?:-(?:sun|mon|tue|wed|thu|fri|sat))?$/,
  moment: /^2[0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$/,
} as const;

/** The highest version, and the most of anything that is counted. */
export const MOST = 1_000_000;
/** Most decimals of an asset. */
export const DECIMALS = 36;
