import { CustosError } from '../../core/errors.js';
import { commandWords } from '../../passphrase/command-words.js';
import { parseReference } from '../../passphrase/keys/reference.js';
import type { KeyFlags } from './key-flags.js';
import type { OutsideKey } from './outside-slots.js';
import type { KeyPrograms } from './store-key.js';

/**
 * The outside key of a slot that is made, with its programs if it is a command.
 * @throws CustosError CONFIG_INVALID, KEY_URI_INVALID: it names no key; USAGE: programs are needed and missing, or the other way round
 */
export function outsideKeyOf(text: string, flags: KeyFlags): OutsideKey {
  const reference = parseReference(text);
  const programs = programsOf(flags);
  const given = Object.keys(programs).length;
  if (reference.kind === 'command' && given < 2)
    throw new CustosError('USAGE', 'a slot of a command takes --wrap-command and --unwrap-command');
  if (reference.kind !== 'command' && given > 0)
    throw new CustosError('USAGE', '--wrap-command and --unwrap-command are for slots of a command');
  return { reference, ...programs };
}

/** @throws CustosError CONFIG_INVALID: not a command */
export function programsOf({ wrapCommand, unwrapCommand }: KeyFlags): KeyPrograms {
  return {
    ...(wrapCommand !== undefined && { wrapWords: commandWords(wrapCommand, 'the wrap command') }),
    ...(unwrapCommand !== undefined && { unwrapWords: commandWords(unwrapCommand, 'the unwrap command') }),
  };
}
