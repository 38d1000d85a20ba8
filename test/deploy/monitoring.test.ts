import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import { parseChainId } from '../../src/core/ids.js';
import { createGatewayMeter } from '../../src/gateway/meter.js';
import { parsePrometheus } from '../health/prometheus.js';
import { type Watcher, watch } from '../health/watching.js';
import type { Running } from '../support/custos.js';
import { type Kms, startKms } from '../support/kms.js';

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));
const alertsFile = join(deploy, 'prometheus/alerts.yml');
const dashboard = JSON.parse(readFileSync(join(deploy, 'grafana/custos.json'), 'utf8')) as Dashboard;
const alerts = [...readFileSync(alertsFile, 'utf8').matchAll(/^ +expr: (.*)$/gm)].map(
  ([, expression = '']) => expression,
);
const panels = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expression: filledIn(expr) })),
);

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly targets?: readonly { expr: string }[];
  }[];
}

/** As Grafana fills its variables in. */
function filledIn(expression: string): string {
  return expression.replaceAll('$job', 'custos').replaceAll('$instance', '.*').replaceAll('$__rate_interval', '1m');
}

function seriesIn(text: string): string[] {
  return [...text.matchAll(/\b(?:custos|signing|process|nodejs)_\w+/g)].map(([name]) => name);
}

/** What a daemon without payments has nothing to say about. */
const EMPTY: readonly string[] = [
  'Age of the oldest',
  'Age of the oldest at the gateway',
  'Chains shut',
  'Chains shut after faults',
  'Gaps of nonces',
  'How tries end',
  'Open transactions',
  'Queue of the gateway',
  'Signatures',
  'Time of a signature',
  'Verdicts',
  'What became of payments',
];

const base = (name: string) => name.replace(/_(bucket|sum|count)$/, '');

/** Names of the series of a gateway. */
async function gatewaySeries(): Promise<string[]> {
  const chain = parseChainId('ETH');
  const queue = { waiting: async () => [{ chain, progress: 'unclaimed' as const, count: 1, oldest: 0 }] };
  const { text } = createGatewayMeter({ queue, network: 'testnet', clock: systemClock });
  return [...parsePrometheus(await text()).types.keys()];
}

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'pipe' });
    return true;
  } catch {
    console.warn(`alerts and dashboard are not tried with ${program}: it is not installed`);
    return false;
  }
}

let kms: Kms;
let running: Running;
let watcher: Watcher;

beforeAll(async () => {
  kms = await startKms();
  running = kms.serve('--testnet', '--health-port=0', `--external-url=${kms.stub.approveUrl}`);
  watcher = await watch(running);
  await watcher.until('/ready', ({ status }) => status === 200);
});
afterAll(async () => {
  await running.kill('SIGTERM');
  await kms.close();
});

describe('dashboard and alerts', () => {
  it('dashboard and alerts name only series that a daemon or a gateway has', async () => {
    const known = new Set([...(await watcher.scrape()).types.keys(), ...(await gatewaySeries())]);
    const named = [...panels.map(({ expression }) => expression), ...alerts].flatMap(seriesIn);
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((name) => !known.has(name) && !known.has(base(name)))).toEqual([]);
  });

  it.each(['dashboard', 'alerts'] as const)('every series of daemon and gateway is in the %s', async (place) => {
    const all = [...(await watcher.scrape()).types.keys(), ...(await gatewaySeries())];
    const own = all.filter((name) => /^(custos|signing)_/.test(name));
    const named = new Set(
      (place === 'alerts' ? alerts : panels.map(({ expression }) => expression)).flatMap(seriesIn).map(base),
    );
    expect(own.length).toBeGreaterThan(20);
    expect(own.filter((name) => !named.has(name))).toEqual([]);
  });

  it('no two panels of the dashboard have one id', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe.skipIf(!isInstalled('promtool'))('alerts, judged by promtool', () => {
  it('promtool finds no mistake in the alerts', () => {
    const said = execFileSync('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', alertsFile], {
      encoding: 'utf8',
    });
    expect(said).toContain(`SUCCESS: ${alerts.length} rules found`);
  });
});

describe.skipIf(!isInstalled('prometheus'))('a Prometheus that scrapes a daemon', () => {
  const folder = mkdtempSync(join(tmpdir(), 'custos-prometheus-'));
  let url: string;
  let ended: Promise<unknown>;
  let stop: () => void;

  async function ask(query: string): Promise<readonly { readonly value: readonly [number, string] }[]> {
    const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`);
    const body = (await response.json()) as { status: string; error?: string; data?: { result: [] } };
    expect([query, body.status, body.error]).toEqual([query, 'success', undefined]);
    return body.data?.result ?? [];
  }

  beforeAll(async () => {
    const config = join(folder, 'prometheus.yml');
    const target = new URL(watcher.url).host;
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [alertsFile],
        scrape_configs: [{ job_name: 'custos', static_configs: [{ targets: [target] }] }],
      }),
    );
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const child = spawn(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    ended = new Promise((resolve) => child.once('close', resolve));
    stop = () => child.kill('SIGTERM');
    // Two samples make a rate.
    await until(async () => Number((await ask('count_over_time(up{job="custos"}[1m])'))[0]?.value[1] ?? 0) >= 3);
  });
  afterAll(async () => {
    stop?.();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });

  it('Prometheus answers the query of every panel, and has data for what a quiet daemon shows', async () => {
    const quiet = new Set<string>();
    for (const { title, expression } of panels) if ((await ask(expression)).length === 0) quiet.add(title);
    expect([...quiet].sort()).toEqual(EMPTY);
  });

  it('Prometheus evaluates every alert, and none fires for a daemon that does its work', async () => {
    await until(async () => (await rules()).every(({ lastEvaluation }) => Date.parse(lastEvaluation) > 0));
    const found = await rules();
    expect(found.map(({ health, lastError }) => [health, lastError])).toEqual(alerts.map(() => ['ok', undefined]));
    expect(found.filter(({ state }) => state !== 'inactive').map(({ name }) => name)).toEqual([]);
  });

  async function rules(): Promise<readonly Rule[]> {
    const body = (await (await fetch(`${url}/api/v1/rules`)).json()) as { data: { groups: { rules: Rule[] }[] } };
    return body.data.groups.flatMap((group) => group.rules);
  }
});

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly state: string;
  readonly lastError?: string;
  readonly lastEvaluation: string;
}

/** Asks again and again: Prometheus says nothing when it has scraped. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > end) throw new Error('Prometheus has not come so far in a minute');
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}
