import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory for what all workers of a run share; ends the PostgreSQL server that one of them may have started. */
export default async function setup(): Promise<() => Promise<void>> {
  const run = await mkdtemp(join(tmpdir(), 'custos-run-'));
  process.env['CUSTOS_TEST_RUN'] = run;
  return async () => {
    const { removeChildPrograms } = await import('./child-program.js');
    removeChildPrograms();
    const { endSharedPostgres } = await import('./postgres.js');
    await endSharedPostgres();
    await rm(run, { recursive: true, force: true });
  };
}
