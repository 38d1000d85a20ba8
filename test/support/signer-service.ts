import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/app/config/config.js';
import type { Flags } from '../../src/app/config/reader.js';
import { connectTo } from '../../src/app/daemon/signer-service.js';
import { runSigner } from '../../src/app/keeper/run.js';
import { createLog } from '../../src/app/process/log.js';
import { createRegistry } from '../../src/chains/registry.js';
import { Secret } from '../../src/core/secret.js';

export interface SignerService {
  readonly socket: string;
  /** Of the keeper's process. */
  readonly pid: number;
  /** Its log so far. */
  readonly log: string[];
  connect(): Promise<Socket>;
  /** Settles as the service does. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** A signer service as `custos signer` runs it, whose keeper is the built program, for the store of this id. */
export async function signerService(storeId: string, password: string, flags: Flags = {}): Promise<SignerService> {
  const home = mkdtempSync(join(tmpdir(), 'custos-signer-'));
  const socket = join(home, 'signer.sock');
  const config = readConfig({ testnet: true, signers: '1', socket, storeId, ...flags }, {}, home);
  const lines: string[] = [];
  const stop = new AbortController();
  let ended = Promise.resolve();
  const pid = await new Promise<number>((resolve, reject) => {
    ended = runSigner(
      {
        config,
        chains: createRegistry(),
        log: createLog('info', (line) => void lines.push(line)),
        key: async () => ({ secret: Secret.text(password) }),
      },
      { signal: stop.signal, onReady: (keeper) => resolve(keeper.pid ?? 0) },
    );
    ended.catch(reject);
  });
  return {
    socket,
    pid,
    log: lines,
    ended,
    connect: () => connectTo(socket),
    async close() {
      stop.abort();
      await ended.catch(() => undefined);
      await rm(home, { recursive: true, force: true });
    },
  };
}
