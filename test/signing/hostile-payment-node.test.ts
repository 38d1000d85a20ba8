import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import type { Effect } from '../../src/core/chain/effect.js';
import { CustosError } from '../../src/core/errors.js';
import { ceilingsOf } from '../../src/signing/limits.js';
import { allPayments } from '../support/payment-nodes/all.js';
import { evmChains } from '../support/payment-nodes/evm.js';
import { buildCase, nodeOf, type PaymentCase } from '../support/payment-nodes/node.js';

const registry = createRegistry();
/** All chains of a family are built by the same lines. */
const alike = new Set<string>([...evmChains.filter((id) => !['ETH', 'CELO', 'KLAY'].includes(id)), 'LTC', 'BCH']);
const cases = allPayments.filter(({ chain }) => !alike.has(chain));

/** What a liar puts in place of a value of this kind. */
function liesFor(value: unknown): readonly unknown[] {
  if (typeof value === 'number') return [0, value + 1, value * 1000, -1, 1.5, 2 ** 53, 1e305, '1', null];
  if (typeof value === 'bigint') return [0n];
  if (typeof value === 'boolean') return [!value];
  if (typeof value !== 'string') return [null, 'x', 7];
  const last = value.slice(-1);
  const other = last === '1' ? '2' : '1';
  return ['', `${value.slice(0, -1)}${other}`, `${value}0000000`, '0', '99999999999999999999', 7, null];
}

type Path = readonly (string | number)[];

function* leaves(value: unknown, path: Path = []): Generator<readonly [Path, unknown]> {
  if (typeof value !== 'object' || value === null) return yield [path, value];
  yield [path, value];
  for (const [name, member] of Object.entries(value)) yield* leaves(member, [...path, name]);
}

function changed(value: unknown, [step, ...rest]: Path, lie: unknown): unknown {
  if (step === undefined) return lie;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[String(step)] = changed(copy[String(step)], rest, lie);
  return copy;
}

/** Every answer of the honest node, as it is first given. */
async function heard(one: PaymentCase): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>();
  const listen = (name: string, answer: unknown) => {
    if (!found.has(name)) found.set(name, answer);
    return answer;
  };
  await buildCase(one, nodeOf(one.answers, listen));
  return found;
}

/** What goes to others, apart from the rent of a token account. */
function paidBy(effects: readonly Effect[]): readonly Effect[] {
  const paid = effects.filter(({ op, own }) => (op === 'transfer' || op === 'token-transfer') && own !== true);
  return paid.filter(({ method }) => method !== 'CreateIdempotent');
}

function wordsOf(effects: readonly Effect[]): string {
  return effects.map(({ op, asset, amount }) => `${op} ${asset} ${amount}`).join();
}

/** What was accepted pays exactly what was asked for, apart from change, rent of a token account, and the fee. */
function checkAccepted(one: PaymentCase, honest: string, { effects, summary }: Awaited<ReturnType<typeof buildCase>>) {
  const chain = registry.get(one.chain);
  const main = paidBy(effects);
  const text = wordsOf(main);
  // On Solana the signed decimals differ with the amount, so the network refuses what a liar made.
  const decimals = main[0]?.args?.find(({ name }) => name === 'decimals')?.value;
  if (decimals === undefined || decimals === '6') expect(text).toBe(honest);
  // On Cardano, tokens take coins along.
  expect(main).toHaveLength(one.chain === 'ADA' && one.request.token !== undefined ? 2 : 1);
  const ceiling = ceilingsOf(chain, one.network).find(({ asset }) => asset === summary.fee.asset);
  expect(summary.fee.amount <= (ceiling?.most ?? 0n)).toBe(true);
  expect(effects.every(({ code }) => code === undefined || code === 'account-settings')).toBe(true);
}

describe('a hostile node', () => {
  it.each(cases.map((one) => [one.chain, one.name, one] as const))(
    'never gets a payment of %s (%s) accepted that pays anything else',
    async (_chain, _name, one) => {
      const { effects } = await buildCase(one, nodeOf(one.answers));
      const honest = wordsOf(paidBy(effects));
      let [lies, refused] = [0, 0];
      for (const [method, answer] of await heard(one)) {
        for (const [path, value] of leaves(answer)) {
          for (const lie of liesFor(value)) {
            lies += 1;
            const lying = (name: string, told: unknown) => (name === method ? changed(told, path, lie) : told);
            const outcome = await buildCase(one, nodeOf(one.answers, lying)).catch((error: unknown) => error);
            if (outcome instanceof Error) {
              refused += 1;
              expect(outcome, `${method} ${path.join('.')} ${String(lie)}`).toBeInstanceOf(CustosError);
              expect((outcome as CustosError).code).not.toBe('INTERNAL');
            } else {
              checkAccepted(one, honest, outcome as Awaited<ReturnType<typeof buildCase>>);
            }
          }
        }
      }
      expect(lies).toBeGreaterThan(5);
      expect(refused).toBeGreaterThan(0);
    },
    120_000,
  );
});
