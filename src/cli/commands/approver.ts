import { type ApproverKey, checkKeyPlace, makeKeyFile, openKeyFile } from '../../app/approvals/key-file.js';
import { readAtMost } from '../../app/process/bounded-file.js';
import { readKeyPassword, readNewKeyPassword, refuseWeak } from '../../app/store/password.js';
import { CustosError } from '../../core/errors.js';
import { decodeText } from '../../core/text/text-bytes.js';
import type { Call, Run } from '../spec.js';

export const makeKey: Run = async ({ args, house, out }) => {
  const file = args[0] ?? '';
  await checkKeyPlace(file);
  const password = await readNewKeyPassword(house.passwords);
  try {
    await refuseWeak(password, house.passwords);
    out.line(await makeKeyFile(file, password));
    out.note('Give this line to those who write the constitution. The file and its password stay with you.');
    return 0;
  } finally {
    password.wipe();
  }
};

/** The key that `--key` names; the caller wipes it. @throws CustosError USAGE, APPROVER_KEY_INVALID, PASSWORD_WRONG, PASSWORD_MISSING */
export async function openKey({ options, house }: Call): Promise<ApproverKey> {
  if (options.key === undefined) throw new CustosError('USAGE', 'name your key with --key FILE');
  const password = await readKeyPassword(house.passwords);
  try {
    return await openKeyFile(options.key, password);
  } finally {
    password.wipe();
  }
}

/** Asks before something is signed. @throws CustosError CANCELLED_BY_USER; NO_TERMINAL: there is none, and no `--yes` */
export async function confirmed({ options, house }: Call, question: string): Promise<void> {
  if (options.yes) return;
  if (!house.terminal.interactive) {
    throw new CustosError('NO_TERMINAL', 'there is no terminal to confirm on, and --yes was not given');
  }
  if (!(await house.terminal.confirm(question))) throw new CustosError('CANCELLED_BY_USER', 'it was not confirmed');
}

/** Bytes of the largest file of a constitution, request or answer. */
const MAX_FILE = 64 * 1024 * 1024;

/** @throws CustosError FILE_UNREADABLE: there is no such file; USAGE: it has no end, or it is not text */
export async function textIn(file: string | undefined): Promise<string> {
  const name = file ?? '';
  const bytes = await readAtMost(name, MAX_FILE).catch((cause: unknown) => {
    throw new CustosError('FILE_UNREADABLE', `the file ${name} cannot be read`, { cause });
  });
  if (bytes === undefined) throw new CustosError('USAGE', `the file ${name} is too large`);
  const decoded = decodeText(bytes);
  if ('problem' in decoded) throw new CustosError('USAGE', `the file ${name} ${decoded.problem}`);
  return decoded.text;
}

/** Reads files of signatures. An error says which of them it is about. @throws as `textIn` and `read` */
export async function signaturesIn<T>(files: readonly string[], read: (text: string) => T): Promise<readonly T[]> {
  const texts = await Promise.all(files.map((file) => textIn(file)));
  return texts.map((text, at) => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof CustosError)) throw error;
      throw new CustosError(error.code, `${files[at]}: ${error.message}`, { cause: error });
    }
  });
}
