import { type Migration, migrate as migrateAll, readMigration } from '../../app/migration/migrate.js';
import type { MigratedWallet, MigrationReport } from '../../app/migration/report.js';
import { CustosError } from '../../core/errors.js';
import type { Call, Run } from '../spec.js';

/** Most wallets that a remark names; the JSON names all. */
const MOST_NAMED = 5;

export const migrate: Run = async (call) => {
  const { args, options, house, out } = call;
  const { chains, exists, open, openForAdding, passwords } = house;
  const migration = await readMigration(args[0] ?? '', { file: options.oldPasswordFile, passwords });
  const parts = { chains, exists, open, openForAdding };
  const report = await withBar(call, migration, (progress) => migrateAll(parts, migration, { ...options, progress }));
  if (options.json) out.json(report);
  else showReport(out, report);
  const error = errorOf(report, options);
  if (error !== undefined) throw error;
  out.note(closingWords(report, options));
  return 0;
};

async function withBar<T>(
  { out }: Call,
  { entries }: Migration,
  work: (progress: (done: number) => void) => Promise<T>,
): Promise<T> {
  const bar = await out.progress('wallets', entries.length);
  try {
    return await work((done) => bar.update(done));
  } finally {
    bar.stop();
  }
}

function errorOf(
  { damage, broken, entries }: MigrationReport,
  { dryRun, skipBroken }: { readonly dryRun: boolean; readonly skipBroken: boolean },
): CustosError | undefined {
  if (skipBroken || (damage === undefined && broken === 0)) return undefined;
  const parts = [
    ...(damage === undefined ? [] : [`${damage}; ${entries} wallets can still be read`]),
    ...(broken === 0 ? [] : [`${broken} of ${entries} wallets are broken`]),
  ];
  const rest = dryRun ? '' : ', so nothing was imported';
  return new CustosError('IMPORT_INVALID', `${parts.join('; ')}${rest}; --skip-broken imports the others`);
}

function closingWords(
  { imported, alreadyThere, notImported, broken, damage }: MigrationReport,
  { dryRun }: { readonly dryRun: boolean },
): string {
  const done = dryRun ? `${notImported} wallets would be imported` : `${imported} wallets imported`;
  const parts = [`${done}, ${alreadyThere} were there already, ${broken} are broken.`];
  if (broken > 0 || damage !== undefined) parts.push('Skipped wallets exist only in the old file: keep it.');
  return parts.join(' ');
}

function showReport(out: Call['out'], { wallets }: MigrationReport): void {
  if (wallets.length === 0) return;
  const head = ['SIGNATURE ID', 'CHAIN', 'NETWORK', 'KIND', 'RESULT', 'RECORDED', 'ADDRESS OR XPUB'];
  out.table([head, ...wallets.map(row)]);
  for (const [remark, names] of remarks(wallets)) {
    const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more (--json names all)` : '';
    out.line('');
    out.line(remark);
    out.line(`  ${names.slice(0, MOST_NAMED).join(', ')}${more}`);
  }
}

function row(wallet: MigratedWallet): string[] {
  const { chain = '?', testnet, kind, result, matches, xpub, address } = wallet;
  const network = testnet === undefined ? '?' : testnet ? 'testnet' : 'mainnet';
  const kinds = { mnemonic: 'mnemonic', privateKey: 'private key' };
  const recorded = result === 'broken' ? '' : matches.length === 0 ? 'nothing' : `${matches.join('+')} right`;
  return [nameOf(wallet), chain, network, kind ? kinds[kind] : '?', words[result], recorded, xpub ?? address ?? ''];
}

const words = {
  imported: 'imported',
  alreadyThere: 'there already',
  notImported: 'not imported',
  broken: 'BROKEN',
} as const;

function nameOf({ signatureId, entry }: MigratedWallet): string {
  return signatureId ?? `entry ${entry}`;
}

/** Remarks with the wallets that they are about; remarks that exclude a wallet come first. */
function remarks(wallets: readonly MigratedWallet[]): readonly (readonly [string, readonly string[]])[] {
  const found = new Map<string, string[]>();
  const ordered = [...wallets].sort(
    (one, other) => Number(other.result === 'broken') - Number(one.result === 'broken'),
  );
  for (const wallet of ordered) {
    for (const { code, message } of wallet.notes) {
      const remark = `${code}: ${message}`;
      const names = found.get(remark) ?? [];
      names.push(nameOf(wallet));
      found.set(remark, names);
    }
  }
  return [...found];
}
