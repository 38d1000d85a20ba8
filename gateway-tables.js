/**
 * What the gateway offers of the documented operations and forms, found by asking it.
 * @param parts - `registry`, and what src/gateway exports: `createOperations`, `addRoutes`, `documentedOperations`, `reasonAgainst`
 * @param forms - each with `operation`, `form`, `chains` where it is for some, and `members` with their types
 */
export async function gatewayOffer(parts, forms) {
  const { registry, createOperations, addRoutes, documentedOperations, reasonAgainst } = parts;
  const caller = { roles: ['submit', 'sign', 'read'], queue: {}, subscriptions: {}, isWhole: false };
  const options = {
    ...{ chains: registry, network: 'testnet', rules: new Map(), clock: { now: () => 0, wait: async () => {} } },
    nodes: new Map(registry.ids.map((id) => [id, 'http://127.0.0.1:9'])),
    // A form that is offered is refused for what it says, before anybody is asked.
    fetch: () => Promise.reject(new Error('no node is asked')),
  };
  const door = { access: { callerOf: async () => caller }, meter: { count() {} } };
  const { gateway, answer } = createOperations(options, door);
  const routes = routesOf(addRoutes, gateway);
  const chains = registry.ids.map((id) => registry.get(id));
  const closed = chains.filter(({ closedNetwork }) => closedNetwork !== undefined).map(({ slug }) => slug);
  const why = (path) => reasonAgainst(path, closed);
  const operations = [];
  for (const operation of documentedOperations(chains).all) {
    const [method, path] = operation.split(' ');
    const asked = `/${path.replaceAll(/[:*]/g, '1')}`;
    const hasRoute = routes.some((route) => route.method === method && route.form.test(asked));
    const isOffered = hasRoute && (method !== 'GET' || (await isAnswered(answer, asked)));
    operations.push({ operation, isOffered, ...(!isOffered && { reason: why(asked) }) });
  }
  const tried = [];
  for (const form of forms) tried.push({ ...form, ...(await tryForm(answer, form, why)) });
  return { operations, forms: tried };
}

/** A node's path is answered by that of the node. */
async function isAnswered(answer, path) {
  if (/\/node\//.test(path)) return true;
  const url = new URL(`${path}?chain=bitcoin-testnet`, 'http://127.0.0.1');
  return (await answer(new Request(url, { headers: { 'x-api-key': 'x' } }))).status !== 501;
}

function routesOf(addRoutes, gateway) {
  const routes = [];
  const into = (method) => (path) => void routes.push({ method, form: formOf(path) });
  addRoutes({ get: into('GET'), post: into('POST'), put: into('PUT'), delete: into('DELETE') }, gateway);
  return routes;
}

/** The pattern of a route as a regular expression. */
function formOf(path) {
  const text = path
    .replaceAll(/:[A-Za-z0-9]+\{([^}]+)\}/g, '($1)')
    .replaceAll(/:[A-Za-z0-9]+/g, '[^/]+')
    .replaceAll('/*', '/.+');
  return new RegExp(`^${text}$`);
}

const samples = { string: 'x', number: 1, integer: 1, boolean: true, array: [], object: {} };

async function tryForm(answer, { operation, chains = [], members }, why) {
  const [method, path] = operation.split(' ');
  const sample = Object.entries(members).map(([name, type]) => [name, samples[type] ?? 'x']);
  const body = { ...Object.fromEntries(sample), ...(chains.length > 0 && { chain: chains[0] }) };
  const headers = { 'x-api-key': 'x', 'content-type': 'application/json' };
  const url = new URL(path, 'http://127.0.0.1');
  const { status } = await answer(new Request(url, { method, headers, body: JSON.stringify(body) }));
  return status === 501 || status === 404 ? { isOffered: false, reason: why(path) } : { isOffered: true };
}

/** The text of docs/gateway.md with what is offered. */
export function gatewayPage(text, { operations, forms }) {
  const offered = forms.filter(({ isOffered }) => isOffered).length;
  const count = `${offered} of the ${forms.length} documented forms that take a signature ID are offered.`;
  const parts = [
    count,
    formTable(forms),
    'All operations, by the first part of their path:',
    operationTable(operations),
  ];
  const part = /^<!-- offered -->\n[\s\S]*^<!-- \/offered -->\n/m;
  if (!part.test(text)) throw new Error('the page has no part for what is offered');
  return text.replace(part, () => `<!-- offered -->\n\n${parts.join('\n\n')}\n\n<!-- /offered -->\n`);
}

function formTable(forms) {
  const rows = groups(forms, ({ operation }) => operation);
  return table(
    ['Operation', 'Forms that are offered', '501'],
    [...rows].map(([operation, list]) => [
      `\`${operation}\``,
      named(list.filter(({ isOffered }) => isOffered).map(({ form }) => form)),
      because(list.map(({ form, ...rest }) => ({ name: form, ...rest }))),
    ]),
  );
}

function operationTable(operations) {
  const areaOf = ({ operation }) => `/${operation.split(' ')[1].split('/').slice(0, 2).join('/')}`;
  const sorted = operations.toSorted((one, other) => (pathOf(one) < pathOf(other) ? -1 : 1));
  const rows = [...groups(sorted, areaOf)].sort(([one], [other]) => (one < other ? -1 : 1));
  return table(
    ['Below', 'Offered', '501'],
    rows.map(([area, list]) => {
      const short = list.map(({ operation, ...rest }) => ({ name: shortOf(operation), ...rest }));
      return [`\`${area}\``, named(short.filter(({ isOffered }) => isOffered).map(({ name }) => name)), because(short)];
    }),
  );
}

/** Without the first part of the path. */
function shortOf(operation) {
  const [method, path] = operation.split(' ');
  return `${method} ${path.split('/').slice(2).join('/') || '.'}`;
}

function because(list) {
  const refused = groups(
    list.filter(({ isOffered }) => !isOffered),
    ({ reason }) => reason,
  );
  return [...refused].map(([reason, some]) => `${named(some.map(({ name }) => name))}: ${reason}`).join('; ') || '–';
}

function named(names) {
  return names.map((name) => `\`${name}\``).join(', ') || '–';
}

function table(heads, rows) {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function groups(list, keyOf) {
  const found = new Map();
  for (const one of list) found.set(keyOf(one), [...(found.get(keyOf(one)) ?? []), one]);
  return found;
}

/** The path first: the order of the chains changes nothing. */
function pathOf({ operation }) {
  return operation.split(' ').toReversed().join(' ');
}
