import type { Log } from '../../core/log.js';
import { Secret } from '../../core/secret.js';
import type { ForkDoor } from '../../signing/keeper/fork-door.js';
import { type Keeper, serveKeeper } from '../../signing/keeper/serve.js';
import type { SignerProgram } from '../../signing/signer-child.js';
import { createSignerClient } from '../../signing/signer-client.js';
import type { FromKeeper, KeeperOpening, ToKeeper } from './messages.js';

/** The keeper's end of the channel to the process that started it. */
export interface KeeperChannel {
  send(message: FromKeeper): void;
  onMessage(listener: (message: ToKeeper) => void): void;
  /** The other side is gone: the keeper ends. */
  onEnd(listener: () => void): void;
}

/** Answers the fronts whose bytes come over the channel, with signer processes that come through the door. */
export function serveFronts(channel: KeeperChannel, program: SignerProgram, start: ForkDoor): void {
  let keeper: Keeper | undefined;
  let password: Secret | undefined;
  channel.onMessage((message) => {
    switch (message.kind) {
      case 'open':
        // Only once: what is opened later would not be the operator's.
        if (keeper !== undefined) return;
        password = Secret.bytes(message.password);
        keeper = keeperOf(channel, message, { ...program, start, password });
        channel.send({ kind: 'opened' });
        return;
      case 'bytes':
        return keeper?.received(message.front, message.bytes);
      case 'gone':
        return keeper?.gone(message.front);
    }
  });
  channel.onEnd(() => {
    password?.wipe();
    void keeper?.close();
  });
}

function keeperOf(
  channel: KeeperChannel,
  { storeId, rules, count }: KeeperOpening,
  means: SignerProgram & { readonly password: Secret },
): Keeper {
  const { password, ...program } = means;
  return serveKeeper({
    rules,
    storeId,
    makeSigner: ({ slots }) =>
      createSignerClient({
        ...program,
        slots,
        storeId,
        rules,
        count,
        // Each signer has its own: `close` wipes it.
        password: Secret.bytes(password.exposeBytes().slice()),
        log: signerLog(channel),
        onRestart: () => channel.send({ kind: 'signer-replaced' }),
      }),
    send: (front, bytes) => channel.send({ kind: 'bytes', front, bytes }),
    refuse: (front, code) => channel.send({ kind: 'refused', front, code }),
  });
}

/** Two events are told, by two fields of known forms; the keeper writes nothing itself. */
function signerLog(channel: KeeperChannel): Log {
  const pidOf = ({ signer }: Readonly<Record<string, unknown>>) => (typeof signer === 'number' ? signer : undefined);
  return {
    debug: () => undefined,
    error: () => undefined,
    info: (fields) => channel.send({ kind: 'signer-started', pid: pidOf(fields) }),
    warn: (fields) => channel.send({ kind: 'signer-ended', pid: pidOf(fields), exit: String(fields['exit']) }),
  };
}
