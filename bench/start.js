// How long the command line takes to start, as ratios to Node itself in the same run.
import { spawnSync } from 'node:child_process';
import { randomBytes, scryptSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { medians, report, temporaryHome } from './support.js';

const program = fileURLToPath(new URL('../bin/custos.js', import.meta.url));
const env = { PATH: process.env.PATH, HOME: temporaryHome(), CUSTOS_PASSWORD: 'bench password' };
const RUNS = 9;

const node = (...args) => {
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
};

node(program, 'init');
node(program, 'wallet', 'create', 'ETH');
// All four in turns, so that a change in the machine's speed affects all of them.
const [bare, help, scrypt, list] = await medians(RUNS, [
  () => node('-e', '0'),
  () => node(program, '--help'),
  () => scryptSync('x', randomBytes(32), 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }),
  () => node(program, 'wallet', 'list'),
]);

const ms = (value) => `${Math.round(value)} ms`;
report('start', [
  {
    what: 'custos --help / node -e 0',
    figure: ms(help),
    limit: ms(bare),
    ratio: help / bare,
    goal: '<= 3',
    met: help <= 3 * bare,
  },
  {
    what: 'a command that opens the store, beyond scrypt / node -e 0',
    figure: ms(list),
    limit: `scrypt ${ms(scrypt)}`,
    ratio: (list - scrypt) / bare,
    goal: '<= 6',
    met: list - scrypt <= 6 * bare,
  },
]);
