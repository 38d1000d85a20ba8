import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What the way does with a COMMIT: lets it pass, loses the server's answer, or loses it before the server has it. */
export type Commits = 'pass' | 'lose-answer' | 'lose-request';

/** The way to a PostgreSQL server, which can fall silent as if its machine were gone, or break just when something is committed. */
export interface PostgresWay {
  readonly url: string;
  /** Decides over each COMMIT that comes from now on. */
  commits: () => Commits;
  /** How many connections were broken over a COMMIT. */
  readonly broken: number;
  mute(): void;
  close(): Promise<void>;
}

/** @param url - of the server that is at the end of the way */
export async function postgresWay(url: string): Promise<PostgresWay> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let broken = 0;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
    far.pipe(near);
    const end = () => {
      broken += 1;
      near.destroy();
      far.destroy();
    };
    near.on('end', () => far.end());
    near.on('data', (part) => {
      // A statement without values travels as its text.
      const fate = part.includes('COMMIT\0') ? way.commits() : 'pass';
      if (fate === 'lose-request') return end();
      if (fate === 'lose-answer') far.unpipe(near).once('data', end).resume();
      far.write(part);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const near = new URL(url);
  near.hostname = '127.0.0.1';
  near.port = String((server.address() as AddressInfo).port);
  const way: PostgresWay = {
    url: near.href,
    commits: () => 'pass',
    get broken() {
      return broken;
    },
    mute() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return way;
}
