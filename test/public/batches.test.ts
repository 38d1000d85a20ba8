import { afterAll, beforeAll, expect, it } from 'vitest';
import { custos, removeHome, start } from '../support/custos.js';
import { makeQuickHome } from '../support/quick-slot.js';

const env = { CUSTOS_PASSWORD: 'correct horse battery staple' };
let home: string;

beforeAll(async () => {
  home = await makeQuickHome(env);
});
afterAll(() => removeHome(home));

function idsOf(stdout: string): string[] {
  // A line that the kill cut off was never printed whole; what it stood for is durable all the same.
  const lines = stdout.slice(0, stdout.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line).signatureId as string);
}

async function exported(): Promise<Record<string, unknown>> {
  const { code, stdout } = await custos(['wallet', 'export', '--yes'], { home, env });
  expect(code).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

it('kill -9 of a batch at 20 random moments loses no signature ID that was printed', async () => {
  const printed: string[] = [];
  const lane = async (rounds: number) => {
    for (let round = 0; round < rounds; round++) {
      const kind = round % 2 === 0 ? ['--private-key'] : [];
      const running = start(['wallet', 'create', 'ETH', '--testnet', '--count', '100000', ...kind], { home, env });
      // From before the first line (scrypt alone takes longer) to well into the batches, on a machine of whatever speed.
      if (round % 4 < 2) await running.line(/signatureId/);
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 1500));
      const ended = await running.kill('SIGKILL');
      expect(ended.signal).toBe('SIGKILL');
      printed.push(...idsOf(ended.stdout));
    }
  };
  await Promise.all([lane(10), lane(10)]);
  expect(printed.length).toBeGreaterThan(100);
  const kept = await exported();
  expect(printed.filter((id) => kept[id] === undefined)).toEqual([]);
  expect(new Set(printed).size).toBe(printed.length);
  const verified = await custos(['verify', '--json'], { home, env });
  expect(verified).toMatchObject({ code: 0 });
});

it('two batches into one store at the same time lose nothing', async () => {
  const before = Object.keys(await exported()).length;
  const batch = (kind: readonly string[]) =>
    custos(['wallet', 'create', 'ETH', '--testnet', '--count', '700', ...kind], { home, env });
  const ended = await Promise.all([batch(['--private-key']), batch([])]);
  for (const { code } of ended) expect(code).toBe(0);
  const printed = ended.flatMap(({ stdout }) => idsOf(stdout));
  expect(printed).toHaveLength(1400);
  const kept = await exported();
  expect(printed.filter((id) => kept[id] === undefined)).toEqual([]);
  expect(Object.keys(kept)).toHaveLength(before + 1400);
});
