import type { Listening } from '../../core/store/freezes.js';
import type { PostgresUrl } from './location.js';
import { connectPostgres, type PostgresSession } from './session.js';

/** Milliseconds before a lost connection is made again. */
const AGAIN = 1_000;

/**
 * Hears what other processes announce, on a connection of its own. What is announced while there is no connection is lost, so
 * `onNotice` is also called after each connection, and whoever depends on it also looks by itself from time to time.
 */
export function listenTo(url: PostgresUrl, channel: string, onNotice: () => void): Listening {
  let current: PostgresSession | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const again = () => {
    clearTimeout(timer);
    if (!isClosed) timer = setTimeout(() => void connect(), AGAIN);
  };
  const connect = async (): Promise<void> => {
    try {
      const session = await connectPostgres(url, { readOnly: true, onNotice, onLost: again });
      current = session;
      await session.query(`LISTEN ${channel}`);
      onNotice();
    } catch {
      // Without it, the looks at intervals remain.
      await current?.close();
      again();
    }
    if (isClosed) await current?.close();
  };
  const first = connect();
  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await first;
      await current?.close();
    },
  };
}
