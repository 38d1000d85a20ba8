import { shownValue } from '../../../app/config/shown-value.js';
import { type FirstStart, firstStart } from '../../../app/serve/first-start.js';
import { passwordMeans } from '../../../app/store/password.js';
import { output } from '../../output.js';
import type { Supervise, SupervisorCall } from '../../spec.js';
import { superviseWith } from '../supervise.js';

/** As for a daemon. Where there is no store, it makes one first, and shows its recovery key and a first token once. */
export const superviseServe: Supervise = async (call) => {
  const means = passwordMeans(call.config, call.terminal);
  const made = await firstStart(call.config, means);
  if (made !== undefined) show(call, made);
  return superviseWith(call, made?.password);
};

/** Both are on disk, the one sealed and the other as a hash. */
function show({ config, terminal }: SupervisorCall, { recoveryKey, token }: FirstStart): void {
  const [key, text] = [recoveryKey.exposeText(), token.exposeText()];
  recoveryKey.wipe();
  token.wipe();
  if (!terminal.interactive) {
    output.json({ store: shownValue(config.store), recoveryKey: key, token: text });
    return;
  }
  output.line('Recovery key and first token, shown only once. Write the key down and keep it away from this machine:');
  output.line('');
  output.line(`  recovery key  ${key}`);
  output.line(`  token         ${text}`);
  output.line('');
}
