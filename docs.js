import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { clientTypes } from './client-types.js';
import { gatewayOffer, gatewayPage } from './gateway-tables.js';

export { gatewayOffer, gatewayPage } from './gateway-tables.js';

const heads = [
  ...['Ticker', 'Name', 'Coin, decimals', 'Fee ceiling', 'Curve', 'New wallet'],
  ...['Path above the index (mainnet; testnet)', 'By name', 'Address begins', 'Cloud path'],
];

/** The text of docs/chains.md with the table of all chains from the registry. */
export function chainsPage(text, registry) {
  const rows = [...registry.ids].sort().map((id) => rowOf(registry.get(id)));
  const lines = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`);
  return replaced(text, /^\| Ticker \|.*\n(\|.*\n)*/m, lines.join(''));
}

/** The text of README.md with the number of all chains from the registry. */
export function readmePage(text, registry) {
  return replaced(text, /\[\d+ chains\]\(docs\/chains\.md\)/, `[${registry.ids.length} chains](docs/chains.md)`);
}

/** The text of docs/commands.md with the chains from the help. @param notes - lines of the help */
export function commandsPage(text, notes) {
  return replaced(text, /^Chains: .*\n(.+\n)*/m, notes.map((line) => `${line}.\n`).join(''));
}

/** The text of docs/api.md with the operations of the OpenAPI document. */
export function apiPage(text, document) {
  const part = /^<!-- operations -->\n[\s\S]*^<!-- \/operations -->\n/m;
  return replaced(text, part, `<!-- operations -->\n\n${operations(document)}\n<!-- /operations -->\n`);
}

/** The text of docs/api.md with the methods of JSON-RPC that are done here. */
export function rpcPage(text, methods) {
  const rows = methods.map(({ name, scope, about }) => [`\`${name}\``, scope ? `\`${scope}\`` : '–', about]);
  const table = tableOf(['Method', 'Scope', 'What it does'], rows);
  const part = /^<!-- methods -->\n[\s\S]*^<!-- \/methods -->\n/m;
  return replaced(text, part, `<!-- methods -->\n\n${table}\n\n<!-- /methods -->\n`);
}

/** The text of docs/performance.md with the figures that were kept for the last release. */
export function performancePage(text, figures) {
  const cells = ({ what, figure, limit, ratio, goal, met }) => [
    ...[what, figure, limit ?? '', typeof ratio === 'number' ? ratio.toFixed(2) : '', goal ?? ''],
    met === undefined ? '' : met ? 'yes' : 'no',
  ];
  const tables = figures.map(({ name, at, machine, rows }) => {
    const when = `${at.slice(0, 10)}, Node ${machine.node.slice(1)}, ${machine.cores} cores (${machine.cpu})`;
    const table = tableOf(['What', 'Figure', 'Limit in the same run', 'Ratio', 'Goal', 'Met'], rows.map(cells));
    return `**bench/${name}.js**, ${when}:\n\n${table}\n\n`;
  });
  const part = /^<!-- figures -->\n[\s\S]*^<!-- \/figures -->\n/m;
  return replaced(text, part, `<!-- figures -->\n\n${tables.join('')}<!-- /figures -->\n`);
}

function operations({ paths, components: { schemas } }) {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );
  const rows = all.map(({ name, operation }) => [
    `[\`${name}\`](#${operation.operationId.toLowerCase()})`,
    operation['x-scope'] === undefined
      ? '–'
      : [operation['x-scope']]
          .flat()
          .map((one) => `\`${one}\``)
          .join(' or '),
    operation.summary,
  ]);
  const table = tableOf(['Operation', 'Scope', 'What it does'], rows);
  const forms = Object.keys(schemas)
    .sort()
    .map((name) => `### ${name}\n\n${membersOf(schemas[name])}`);
  return [table, ...all.map(section), '## Forms', ...forms].join('\n\n');
}

function section({ name, operation }) {
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  const given = parameters.map((one) => [
    `\`${one.name}\``,
    one.in,
    typeOf(one.schema),
    [one.required ? 'required' : '', one.description ?? ''].filter(Boolean).join('; '),
  ]);
  const answers = Object.entries(responses)
    .filter(([, { $ref }]) => $ref === undefined)
    .map(([status, { description, content = {} }]) => {
      const forms = Object.values(content).map(({ schema }) => typeOf(schema));
      return `${status}: ${description}${forms.length === 0 ? '' : ` (${forms.join(', ')})`}`;
    });
  const body = requestBody?.content['application/json'].schema;
  return [
    `### ${operationId}`,
    `\`${name}\`: ${summary}.`,
    ...(given.length === 0 ? [] : [tableOf(['Parameter', 'In', 'Form', ''], given)]),
    ...(body === undefined ? [] : [`Body: ${typeOf(body)}.`, ...(body.$ref === undefined ? [membersOf(body)] : [])]),
    'Answers:',
    answers.map((answer) => `- ${answer}`).join('\n'),
  ].join('\n\n');
}

function membersOf(schema) {
  const kinds = schema.oneOf ?? schema.anyOf;
  if (kinds !== undefined) return kinds.map((kind) => (kind.$ref ? typeOf(kind) : membersOf(kind))).join('\n\nor\n\n');
  const rows = Object.entries(schema.properties ?? {}).map(([name, one]) => [
    `\`${name}\``,
    typeOf(one),
    [schema.required?.includes(name) ? '' : 'optional', one.description ?? ''].filter(Boolean).join('; '),
  ]);
  return rows.length === 0 ? typeOf(schema) : tableOf(['Member', 'Form', ''], rows);
}

function typeOf(schema) {
  const { $ref, type, format, enum: words, const: word, anyOf, oneOf, items, pattern } = schema;
  if ($ref !== undefined) return `[${$ref.split('/').at(-1)}](#${$ref.split('/').at(-1).toLowerCase()})`;
  if (word !== undefined) return `\`${word}\``;
  if (words !== undefined) return words.map((one) => `\`${one}\``).join(', ');
  const kinds = anyOf ?? oneOf;
  if (kinds !== undefined) return kinds.map(typeOf).join(' or ');
  if (type === 'array') return `list of ${typeOf(items)}`;
  if (type === 'string') return format ?? (pattern === undefined ? 'text' : 'text of a form');
  return [type ?? 'anything'].flat().join(' or ');
}

function tableOf(names, rows) {
  const lines = [names, names.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );
  return lines.join('\n');
}

function rowOf(chain) {
  const { id, name, coin, decimals, slug, keys } = chain;
  const { curves, hd, derivations = {}, newWallet = 'hd' } = keys;
  const privateKey = keys.newPrivateKey?.(new Uint8Array(32).fill(1)) ?? new Uint8Array(32).fill(1);
  const [main = '–', test = '–'] = [hd?.path('mainnet'), hd?.path('testnet')];
  const others = Object.entries(derivations).map(([label, scheme]) => `\`${label}\`: ${scheme.path('mainnet')}`);
  return [
    `\`${id}\``,
    name,
    `${coin}, ${decimals}`,
    `${chain.feeCeiling} ${chain.feeAsset?.symbol ?? coin}`,
    curves.join(', '),
    newWallet === 'hd' ? 'mnemonic' : 'private key',
    main === test ? main : `${main}; ${test}`,
    others.join('; ') || '–',
    `\`${keys.address(keys.publicKey(privateKey), 'mainnet').slice(0, 16)}…\``,
    `/v3/${slug}`,
  ];
}

function replaced(text, part, by) {
  if (!part.test(text)) throw new Error(`the page has no part ${part}`);
  return text.replace(part, () => by);
}

/** Writes the parts of the documents that come from the built program. */
async function writePages() {
  const { createRegistry } = await import('./dist/chains/registry.js');
  const { chainNotes } = await import('./dist/app/wallets/chain-notes.js');
  const registry = createRegistry();
  rewrite('README.md', (text) => readmePage(text, registry));
  rewrite('docs/chains.md', (text) => chainsPage(text, registry));
  const { allRoutes } = await import('./dist/api/server.js');
  const { openApiDocument } = await import('./dist/api/openapi.js');
  const document = openApiDocument(allRoutes(''), '');
  const { ownMethods } = await import('./dist/api/rpc/methods.js');
  rewrite('docs/api.md', (text) => rpcPage(apiPage(text, document), ownMethods));
  const figures = JSON.parse(readFileSync(new URL('bench/figures.json', import.meta.url), 'utf8'));
  rewrite('docs/performance.md', (text) => performancePage(text, figures));
  rewrite('src/client/operations.ts', () => clientTypes(document));
  rewrite('docs/commands.md', (text) => commandsPage(text, chainNotes(registry)));
  const { createOperations, addRoutes } = await import('./dist/gateway/operations.js');
  const { documentedOperations } = await import('./dist/gateway/documented.js');
  const { reasonAgainst } = await import('./dist/gateway/refusals.js');
  const parts = { registry, createOperations, addRoutes, documentedOperations, reasonAgainst };
  const { forms } = JSON.parse(readFileSync(new URL('test/vectors/documented-forms.json', import.meta.url), 'utf8'));
  const offer = await gatewayOffer(parts, forms);
  rewrite('docs/gateway.md', (text) => gatewayPage(text, offer));
}

function rewrite(page, change) {
  const file = new URL(page, import.meta.url);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

if (argv[1] === fileURLToPath(import.meta.url)) await writePages();
