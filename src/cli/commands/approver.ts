import { type ApproverKey, checkKeyPlace, makeKeyFile, openKeyFile } from '../../app/approvals/key-file.js';
import { readKeyPassword, readNewKeyPassword, refuseWeak } from '../../app/store/password.js';
import { CustosError } from '../../core/errors.js';
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
