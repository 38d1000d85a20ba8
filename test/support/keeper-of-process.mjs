// A keeper for a daemon that runs in this process, as its supervisor would start it: what the daemon does can be traced and
// halted here, and the keeper ends with this process.
import { Duplex } from 'node:stream';
import { readSigningRules } from '../../dist/app/config/signing-rules.js';
import { keyHolders } from '../../dist/app/hsm/holders.js';
import { startKeeper } from '../../dist/app/keeper/start.js';
import { FrontLink } from '../../dist/app/supervisor/front-link.js';

/**
 * @param onSigner - gets the process id of each signer that has opened the store
 * @returns what `runDaemon` takes as its keeper, and `close`
 */
export function keeperOfProcess({ config, chains, log, password: ask }, onSigner = () => undefined) {
  const [here, there] = streams();
  let listener;
  let keeper;
  const holder = keyHolders({ config });
  async function open(storeId) {
    const rules = readSigningRules(config.daemon, chains, config.network);
    const password = await ask();
    const opening = { password: password.exposeBytes(), storeId, rules, count: config.daemon.signers };
    const told = ({ event, ...fields }) => {
      if (event === 'signer-started') onSigner(fields.signer);
      listener({ kind: 'keeper-event', event, fields });
    };
    keeper = await startKeeper(
      async () => opening,
      { debug: told, info: told, warn: told, error: told },
      { onReplaced: () => listener({ kind: 'signer-replaced' }), holder },
    ).finally(() => password.wipe());
    keeper.attach(there);
    listener({ kind: 'keeper-ready' });
  }
  const link = new FrontLink({
    send: ({ kind, storeId }) => void (kind === 'keeper-needed' && open(storeId)),
    onMessage: (given) => {
      listener = given;
    },
    stream: () => here,
  });
  link.logTo(log);
  async function close() {
    holder.close();
    await keeper?.close();
  }
  return { keeper: link, close };
}

/** Two ends of one stream. */
function streams() {
  const end = (other) =>
    new Duplex({
      read() {},
      write(bytes, _encoding, done) {
        other().push(bytes);
        done();
      },
      final(done) {
        other().push(null);
        done();
      },
      destroy(error, done) {
        if (!other().destroyed) other().destroy();
        done(error);
      },
    });
  const here = end(() => there);
  const there = end(() => here);
  return [here, there];
}
