import { wholeNumber } from '../../../app/config/command-options.js';
import { shownValue } from '../../../app/config/shown-value.js';
import type { Terminal } from '../../../app/process/terminal.js';
import { shareRecoveryKey } from '../../../app/store/recovery-shares.js';
import { CustosError } from '../../../core/errors.js';
import type { Secret } from '../../../core/secret.js';
import type { Call, Run } from '../../spec.js';

interface Ceremony {
  readonly threshold: number;
  readonly shares: number;
}

/** Makes a recovery key whose shares are handed out one at a time; without a terminal they are printed as JSON. */
export const recoveryShares: Run = async (call) => {
  const { options, house, out } = call;
  const { threshold, shares: made } = options.keys;
  if (threshold === undefined || made === undefined)
    throw new CustosError('USAGE', 'name both numbers: --threshold of the --shares are needed');
  const numbers = {
    threshold: wholeNumber(threshold, '--threshold'),
    shares: wholeNumber(made, '--shares'),
  };
  const { terminal, log } = house;
  const isShown = terminal.interactive && !options.json;
  const parts = { store: await house.store(), opened: await house.opened(), log };
  let texts: readonly string[] = [];
  await shareRecoveryKey(parts, numbers, async (shares) => {
    if (isShown) await handOut(call, numbers, shares);
    else texts = shares.map((share) => share.exposeText());
  });
  if (!isShown) out.json({ store: shownValue(house.config.store), threshold: numbers.threshold, shares: texts });
  out.note(
    `The recovery key is shared: ${numbers.threshold} of ${numbers.shares} shares give it. The former one has ended.`,
  );
  return 0;
};

const before: readonly string[] = [
  'Nobody else sees this screen, no camera does, and the session is not recorded.',
  'Each holder is here, one after another, with paper or metal and a pen.',
  'Each share gets the name of the store, its number, and the date; never two shares in one place.',
  'A backup exists and was restored on trial: shares open no store that is lost.',
];
const after: readonly string[] = [
  'Each holder has put the share away, and somebody else knows where.',
  'Who holds which share is written down, without the words.',
  'A date is set on which the holders show that they still have them.',
  'A former recovery key is destroyed: it has ended.',
];

async function handOut(
  { house, out }: Call,
  { threshold, shares: count }: Ceremony,
  shares: readonly Secret[],
): Promise<void> {
  const { terminal } = house;
  out.line(`Before the ceremony (${threshold} of ${count} shares will open ${shownValue(house.config.store)}):`);
  for (const line of before) out.line(`  [ ] ${line}`);
  if (!(await terminal.confirm('Is all of this so?')))
    throw new CustosError('CANCELLED_BY_USER', 'the ceremony was not begun');
  for (const [at, share] of shares.entries()) await handOutOne({ house, out }, `share ${at + 1} of ${count}`, share);
  out.line('After the ceremony:');
  for (const line of after) out.line(`  [ ] ${line}`);
  const question = 'End the former recovery key, and let these shares take its place?';
  if (!(await terminal.confirm(question)))
    throw new CustosError('CANCELLED_BY_USER', 'the former recovery key stays, and these shares open nothing');
}

/** Shown until its holder has typed it back: what was written down is then known to be right. */
async function handOutOne({ house, out }: Pick<Call, 'house' | 'out'>, name: string, share: Secret): Promise<void> {
  const { terminal } = house;
  for (;;) {
    terminal.clear();
    out.line(`${name[0]?.toUpperCase()}${name.slice(1)}:`);
    out.line('');
    for (const line of numbered(share.exposeText())) out.line(`  ${line}`);
    out.line('');
    await terminal.ask(`Write ${name} down, then press Enter: the screen is cleared. `);
    terminal.clear();
    if (await isTypedBack(terminal, name, share)) return;
    terminal.note('This is not what was shown. It is shown again.');
  }
}

async function isTypedBack(terminal: Terminal, name: string, share: Secret): Promise<boolean> {
  const typed = await terminal.askHidden(
    `Type ${name} as it is written down (the first four letters of each word are enough): `,
  );
  const first = (text: string) =>
    text
      .trim()
      .toLowerCase()
      .split(/\s+/)
      .map((word) => word.slice(0, 4))
      .join(' ');
  return first(typed) === first(share.exposeText());
}

/** Three words a line, each with its number. */
function numbered(text: string): readonly string[] {
  const words = text.split(' ').map((word, at) => `${String(at + 1).padStart(2)} ${word.padEnd(10)}`);
  return Array.from({ length: Math.ceil(words.length / 3) }, (_, row) =>
    words
      .slice(row * 3, row * 3 + 3)
      .join('  ')
      .trimEnd(),
  );
}
