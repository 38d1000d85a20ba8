import { CustosError } from '../../core/errors.js';
import type { FreezeNews, FreezesKept } from '../../core/signing/freezes.js';
import { KeeperConnection } from '../../signing/keeper/connection.js';
import { connectTo } from '../daemon/signer-service.js';
import { makeLines, type NewFreeze } from './make.js';

/** Milliseconds for a keeper that only has to listen. */
const PATIENCE = 10_000;

/** What a keeper says through its socket of control. @throws CustosError SIGNER_UNREACHABLE, SIGNER_TIMEOUT, SIGNER_PROTOCOL, SOCKET_UNSAFE */
export async function keptFreezes(path: string): Promise<FreezesKept> {
  return askControl(path, { freezes: [], ends: [] });
}

/**
 * Freezes at a keeper itself. No database and no front can be in the way; whoever may open the socket may do it.
 * @returns the id
 * @throws CustosError as `keptFreezes`; FREEZE_INVALID
 */
export async function freezeAt(path: string, wanted: Omit<NewFreeze, 'storeId'>): Promise<string> {
  const { store: storeId } = await keptFreezes(path);
  const { id, text } = makeLines({ ...wanted, storeId });
  const { freezes } = await askControl(path, { freezes: [text], ends: [] });
  if (freezes.includes(text)) return id;
  throw new CustosError('SIGNER_PROTOCOL', 'the signer service did not take the freeze');
}

async function askControl(path: string, request: FreezeNews): Promise<FreezesKept> {
  const connection = new KeeperConnection(await connectTo(path), PATIENCE);
  try {
    const answer = await connection.ask((n) => ({ kind: 'freezes', n, request }));
    if (answer.kind === 'freezes') return answer.result;
    throw new CustosError('SIGNER_PROTOCOL', 'the signer service answered something else');
  } finally {
    connection.close();
  }
}
