import type { ChainRegistry } from '../core/chain.js';
import { asCustosError, CustosError } from '../core/errors.js';
import type { UnlockedVault } from './in-process-signer.js';
import type { FromSigner, ToSigner, UnlockRequest } from './messages.js';
import { identifyKeys, signPending } from './sign.js';

/** The child's end of the IPC channel. */
export interface SignerChannel {
  send(message: FromSigner): void;
  onMessage(listener: (message: ToSigner) => void): void;
}

export interface SignerProcessParts {
  readonly channel: SignerChannel;
  readonly chains: ChainRegistry;
  /** Opens the root key, keeps only it, and wipes the password. */
  unlockVault(request: UnlockRequest): Promise<UnlockedVault>;
}

/**
 * Serves sign requests over the channel: a pure function with a key. Errors cross the channel as code and message only,
 * without cause or stack, so that nothing of the secrets' surroundings can travel with them.
 */
export function serveSigner({ channel, chains, unlockVault }: SignerProcessParts): void {
  let unlocked: UnlockedVault | undefined;

  const answer = async (message: ToSigner): Promise<FromSigner> => {
    if (message.kind === 'unlock') {
      unlocked = await unlockVault(message.request);
      return { kind: 'unlocked', n: message.n, publicKey: unlocked.publicKey };
    }
    if (unlocked === undefined) throw new CustosError('SIGNER_DIED', 'the signer process is not unlocked yet');
    if (message.kind === 'identify') {
      return { kind: 'identified', n: message.n, result: identifyKeys(message.request, unlocked.vault) };
    }
    return { kind: 'signed', n: message.n, result: signPending(message.request, { vault: unlocked.vault, chains }) };
  };

  channel.onMessage((message) => {
    answer(message).then(
      (reply) => channel.send(reply),
      (thrown: unknown) => {
        const { code, message: text, details } = asCustosError(thrown);
        channel.send({ kind: 'failed', n: message.n, code, message: text, details });
      },
    );
  });
  channel.send({ kind: 'ready' });
}
