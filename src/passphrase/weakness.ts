/** A new password with fewer characters must be confirmed. */
const LEAST_CHARACTERS = 12;

/** Words that attackers try first, in lower case. Digits and signs around a word do not make it stronger. */
const obvious: ReadonlySet<string> = new Set([
  'abcdefghijkl',
  'abcdefghijklmnopqrstuvwxyz',
  'administrator',
  'blockchain',
  'changeme',
  'changemenow',
  'custodian',
  'custos',
  'custoskms',
  'defaultpassword',
  'iloveyou',
  'letmein',
  'letmeinplease',
  'masterpassword',
  'mypassword',
  'newpassword',
  'passphrase',
  'password',
  'passwordpassword',
  'passwort',
  'qwerty',
  'qwertyuiop',
  'qwertyuiopasdf',
  'qwertzuiop',
  'secret',
  'secretpassword',
  'strongpassword',
  'supersecret',
  'tatum',
  'tatumkms',
  'topsecret',
  'trustno',
  'verysecret',
  'wallet',
  'walletpassword',
  'welcome',
]);

/** Digits and signs that stand for letters. */
const disguises: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  $: 's',
  '@': 'a',
};

/**
 * Judges a new password by its length and by a short list of common passwords. It does not measure strength: a password
 * that passes may still be guessed.
 * @returns what is weak about it, without quoting any part of it, or undefined
 */
export function weaknessOf(password: string): string | undefined {
  const text = password.normalize('NFKC');
  const { length } = [...text];
  if (length < LEAST_CHARACTERS) {
    return `it has ${length} character${length === 1 ? '' : 's'}, fewer than ${LEAST_CHARACTERS}`;
  }
  if (isRepetition(text)) return 'it repeats a few characters';
  if (isRun(text)) return 'its characters follow one another';
  if (length < 20 && /^[\d\s./-]+$/.test(text)) return 'it has digits only';
  if (isObvious(text.toLowerCase())) return 'it is one of those that attackers try first';
  return undefined;
}

/** True for at most four characters, repeated; the last repetition may be incomplete. */
function isRepetition(text: string): boolean {
  return [1, 2, 3, 4].some((size) =>
    text
      .slice(0, size)
      .repeat(Math.ceil(text.length / size))
      .startsWith(text),
  );
}

/** True when each character follows or precedes the one before it, as in 123456789012 and lkjihgfedcba. */
function isRun(text: string): boolean {
  return [1, -1].some((step) =>
    [...text].every((character, at, all) => at === 0 || follows(all[at - 1], character, step)),
  );
}

function follows(before: string | undefined, character: string, step: number): boolean {
  const [one = 0, other = 0] = [before?.codePointAt(0), character.codePointAt(0)];
  const isDigit = /^\d{2}$/.test(`${before}${character}`);
  return isDigit ? (Number(before) + step + 10) % 10 === Number(character) : one + step === other;
}

function isObvious(text: string): boolean {
  const inner = text.replace(/^[^\p{L}$@]+|[^\p{L}]+$/gu, '');
  const plain = [...inner].map((character) => disguises[character] ?? character).join('');
  return [inner, plain].some((form) => obvious.has(form.replace(/[^\p{L}]/gu, '')));
}
