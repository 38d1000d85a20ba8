import type { Kysely } from 'kysely';

/** Format 3: which of the store's root keys a key slot opens. Null in slots of older formats, which open the first one. */
export async function addRootGeneration<T>({ schema }: Kysely<T>): Promise<void> {
  await schema.alterTable('key_slots').addColumn('generation', 'integer').execute();
}
