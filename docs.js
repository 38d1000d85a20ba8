import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

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
  rewrite('docs/commands.md', (text) => commandsPage(text, chainNotes(registry)));
}

function rewrite(page, change) {
  const file = new URL(page, import.meta.url);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

if (argv[1] === fileURLToPath(import.meta.url)) await writePages();
