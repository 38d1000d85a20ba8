import { CustosError } from '../../core/errors.js';
import { type Program, runProgram } from '../program.js';
import type { SlotPlace, Wrapper, WrapperMeans } from './wrapper.js';

/**
 * Programs as plugins of age are: the wrapped key on standard input and 32 bytes on standard output, and the other way round for
 * wrapping. They learn store and slot from CUSTOS_STORE_ID and CUSTOS_SLOT_ID, so that they can bind the key to both.
 */
export function commandWrapper({ home, wrapWords, unwrapWords }: WrapperMeans): Wrapper {
  return {
    wrap: (key, place) => run({ words: needed(wrapWords, '--wrap-command'), home, input: key }, place),
    unwrap: (wrapped, place) => run({ words: needed(unwrapWords, '--key-command'), home, input: wrapped }, place),
  };
}

function needed(words: Program['words'] | undefined, flag: string): Program['words'] {
  if (words !== undefined) return words;
  throw new CustosError('CONFIG_INVALID', `a slot of a command needs ${flag}`);
}

function run(program: Program, { storeId, slot }: SlotPlace): Promise<Uint8Array> {
  return keyFromProgram(
    { ...program, variables: { CUSTOS_STORE_ID: storeId, CUSTOS_SLOT_ID: slot } },
    'the key command',
  );
}

/** All bytes that a program prints. @throws CustosError SLOT_KEY_UNAVAILABLE: it fails, or prints nothing */
export async function keyFromProgram(program: Program, what: string): Promise<Uint8Array> {
  const { output, problem } = await runProgram(program);
  try {
    const length = output.reduce((sum, part) => sum + part.length, 0);
    if (problem !== undefined) throw refused(what, problem);
    if (length === 0) throw refused(what, 'printed nothing');
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const part of output) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  } finally {
    for (const part of output) part.fill(0);
  }
}

function refused(what: string, why: string): CustosError {
  const hint =
    'run it by hand as this user, with an environment that has only PATH, HOME, CUSTOS_STORE_ID and CUSTOS_SLOT_ID';
  return new CustosError('SLOT_KEY_UNAVAILABLE', `${what} ${why}`, { hint });
}
