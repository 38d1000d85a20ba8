import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { deployTools, type Manifest } from '../support/deploy-tools.js';
import { isKnown } from '../support/shown-commands.js';

const chart = fileURLToPath(new URL('../../deploy/helm/custos', import.meta.url));
const tools = deployTools('the Helm chart is not tested');

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Container {
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly securityContext: object;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

interface Workload extends Manifest {
  readonly spec: {
    readonly replicas: number;
    readonly volumeClaimTemplates?: readonly object[];
    readonly template: {
      readonly spec: {
        readonly securityContext: object;
        readonly automountServiceAccountToken: boolean;
        readonly containers: readonly [Container];
        readonly volumes: readonly {
          readonly name: string;
          readonly projected?: { readonly sources: readonly object[] };
        }[];
      };
    };
  };
}

interface Policy extends Manifest {
  readonly spec: { readonly ingress: readonly { readonly from?: readonly object[]; readonly ports: object }[] };
}

interface Service extends Manifest {
  readonly spec: { readonly ports: readonly { readonly name: string; readonly targetPort: string }[] };
}

type Values = Readonly<Record<string, unknown>>;

const database = { kind: 'postgres', postgres: { secretName: 'db', key: 'url' } };
const modes: readonly (readonly [string, Values])[] = [
  ['daemon', { mode: 'daemon', externalUrl: 'https://approve.internal' }],
  ['serve', { mode: 'serve', secrets: { fourEye: { secretName: 'four-eye', key: 'key' } } }],
  ['gateway', { mode: 'gateway', secrets: { apiKey: { secretName: 'gateway', key: 'key' } } }],
];
const every: readonly (readonly [string, Values])[] = modes.flatMap(([mode, values]) => [
  [`${mode} on SQLite`, values],
  [`${mode} on PostgreSQL`, { ...values, store: database, replicas: 3 }],
]);

function helm(args: readonly string[], values: Values): string {
  // JSON is YAML.
  const options = { input: JSON.stringify(values), encoding: 'utf8' as const, stdio: 'pipe' as const };
  return execFileSync(tools?.helm ?? '', [...args, '--values', '-'], options);
}

function render(values: Values): readonly Manifest[] {
  const objects = tools?.parseYaml(helm(['template', 'one', chart, '--namespace', 'custos'], values)) ?? [];
  return objects.map((one) => one as Manifest);
}

/** The words with which helm refuses. */
function refusal(values: Values): string {
  try {
    render(values);
    return '';
  } catch (error) {
    return String(Object(error).stderr);
  }
}

function oneOf<Kind extends Manifest>(objects: readonly Manifest[], ...kinds: readonly string[]): Kind {
  const found = objects.filter(({ kind }) => kinds.includes(kind));
  expect(found.map(({ kind }) => kind)).toHaveLength(1);
  return found[0] as Kind;
}

const workloadOf = (values: Values) => oneOf<Workload>(render(values), 'StatefulSet', 'Deployment');

describe.skipIf(tools === undefined)('the Helm chart', () => {
  it.each(every)('helm finds no mistake in the chart for %s', (_name, values) => {
    expect(helm(['lint', '--strict', chart], values)).toContain('0 chart(s) failed');
  });

  it.each(every)('the objects for %s are allowed by the schemas of Kubernetes', async (_name, values) => {
    const objects = render(values);
    expect(objects.map(({ kind }) => kind).sort()).toEqual(
      [
        ...['NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceAccount'],
        'store' in values ? 'Deployment' : 'StatefulSet',
      ].sort(),
    );
    for (const object of objects) await tools?.check(object);
  });

  it('the schemas refuse a wrong object', async () => {
    const workload = workloadOf(modes[0]![1]);
    const wrong = { ...workload, spec: { ...workload.spec, replicas: 'two' } };
    await expect(tools?.check(wrong)).rejects.toThrow('replicas');
  });

  it('the chart runs the version of the program that it comes with', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const [about] = tools?.parseYaml(readFileSync(`${chart}/Chart.yaml`, 'utf8')) ?? [];
    expect(about).toMatchObject({ appVersion: version });
  });

  it('a store in SQLite has one pod and a volume, one in PostgreSQL has several pods and none', () => {
    const file = workloadOf({ ...modes[0]![1], replicas: 3 });
    expect([file.kind, file.spec.replicas, file.spec.volumeClaimTemplates?.length]).toEqual(['StatefulSet', 1, 1]);
    const shared = workloadOf({ ...modes[0]![1], store: database, replicas: 3 });
    expect([shared.kind, shared.spec.replicas, shared.spec.volumeClaimTemplates]).toEqual(['Deployment', 3, undefined]);
  });

  it.each(every)('the pod for %s has no right that it does not need', (_name, values) => {
    const { spec } = workloadOf(values).spec.template;
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(spec.securityContext).toMatchObject({
      ...{ runAsNonRoot: true, runAsUser: 10001 },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(spec.containers[0].securityContext).toEqual({
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ['ALL'] },
    });
  });

  it.each(every)('the pod for %s starts a command that exists, and no secret stands in it', (_name, values) => {
    const [{ args = [], env }] = workloadOf(values).spec.template.spec.containers;
    expect(isKnown(`custos ${args.join(' ')}`), args.join(' ')).toBe(true);
    const secrets = env.filter(
      ({ name }) => /KEY|PASSWORD|SECRET/.test(name) || ('store' in values && /STORE|QUEUE/.test(name)),
    );
    for (const one of secrets) expect(one).toEqual({ name: one.name, valueFrom: { secretKeyRef: expect.anything() } });
    expect(secrets.length).toBe(Number('store' in values) + Number(values['mode'] === 'gateway'));
  });

  it.each(every)('probes and services for %s ask ports that the pod has', (_name, values) => {
    const objects = render(values);
    const [container] = oneOf<Workload>(objects, 'StatefulSet', 'Deployment').spec.template.spec.containers;
    const ports = container.ports.map(({ name }) => name);
    // What /ready says is no reason for a restart.
    expect(container.livenessProbe?.httpGet).toEqual({ path: '/health', port: 'metrics' });
    expect(container.readinessProbe?.httpGet).toEqual({ path: '/ready', port: 'metrics' });
    expect(ports).toContain('metrics');
    expect(oneOf<Service>(objects, 'Service').spec.ports.map(({ targetPort }) => targetPort)).toEqual(ports);
  });

  it('nobody reaches a pod for whom no rule is written', () => {
    const closed = { enabled: true, clients: [], monitoring: [], egress: [] };
    const policyOf = (values: Values) => oneOf<Policy>(render(values), 'NetworkPolicy').spec.ingress;
    expect(policyOf({ ...modes[1]![1], networkPolicy: closed })).toEqual([]);
    const clients = [{ podSelector: { matchLabels: { app: 'shop' } } }];
    const open = policyOf({ ...modes[1]![1], networkPolicy: { ...closed, clients } });
    expect(open).toEqual([{ from: clients, ports: [{ protocol: 'TCP', port: 'api' }] }]);
    expect(policyOf({ ...modes[0]![1], networkPolicy: { ...closed, clients } })).toEqual([]);
  });

  it('a service monitor scrapes the port of the service', () => {
    const objects = render({ ...modes[0]![1], serviceMonitor: { enabled: true } });
    const monitor = oneOf<Manifest & { spec: { endpoints: readonly object[] } }>(objects, 'ServiceMonitor');
    expect(monitor.spec.endpoints).toEqual([{ port: 'metrics', path: '/metrics', interval: '15s' }]);
  });

  it('a pod in maintenance idles with the volume, and nothing restarts it', () => {
    const [container] = workloadOf({ mode: 'daemon', maintenance: true }).spec.template.spec.containers;
    expect([container.args, container.command?.[0], container.livenessProbe]).toEqual([
      undefined,
      '/nodejs/bin/node',
      undefined,
    ]);
  });

  it.each<readonly [string, Values, string]>([
    ['a daemon on mainnet without a four-eye service', { mode: 'daemon' }, 'externalUrl'],
    ['PostgreSQL without its URL', { ...modes[0]![1], store: { kind: 'postgres' } }, 'store.postgres.secretName'],
    ['a gateway without a key', { mode: 'gateway' }, 'secrets.apiKey'],
    ['a password among the settings', { ...modes[0]![1], settings: { CUSTOS_PASSWORD: 'x' } }, 'CUSTOS_PASSWORD'],
    ['a key in the command', { ...modes[0]![1], extraArgs: ['--api-key=x'] }, 'extraArgs'],
    ['a URL with a password', { mode: 'daemon', externalUrl: 'https://a:b@c' }, 'externalUrl'],
    ['a value that does not exist', { ...modes[0]![1], replica: 2 }, 'replica'],
  ])('the chart refuses %s', (_name, values, named) => {
    expect(refusal(values)).toContain(named);
  });
});
