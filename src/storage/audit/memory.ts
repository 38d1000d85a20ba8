import type { Kysely } from 'kysely';
import type { Memory } from '../database.js';
import type { StoreTables } from '../schema.js';

type Tables = Kysely<StoreTables>;
type LastEvent = Pick<StoreTables['audit_events'], 'writer' | 'place' | 'hash'>;

/**
 * The last event of each log that this process has written or read. Such a row is never deleted, and its hash covers a random salt:
 * a database that lacks it lacks that commit, and whatever was committed after it.
 */
export class AuditMemory implements Memory<StoreTables> {
  readonly #last = new Map<string, LastEvent>();

  /** @param event - that is known to be durable */
  note({ writer, place, hash }: LastEvent): void {
    const known = this.#last.get(writer);
    if (known === undefined || known.place < Number(place))
      this.#last.set(writer, { writer, place: Number(place), hash });
  }

  async look(db: Tables): Promise<void> {
    const rows = await db
      .selectFrom('audit_heads as head')
      .innerJoin('audit_events as event', (join) =>
        join.onRef('event.writer', '=', 'head.writer').on((row) => row('event.place', '=', row('head.size', '-', 1))),
      )
      .select(['event.writer', 'event.place', 'event.hash'])
      .execute();
    for (const row of rows) this.note(row);
  }

  async missing(db: Tables): Promise<string | undefined> {
    const known = [...this.#last.values()];
    if (known.length === 0) return undefined;
    const rows = await db
      .selectFrom('audit_events')
      .select(['writer', 'hash'])
      .where((row) => row.or(known.map(({ writer, place }) => row.and({ writer, place }))))
      .execute();
    const found = new Map(rows.map(({ writer, hash }) => [writer, hash]));
    const lost = known.find(({ writer, hash }) => found.get(writer) !== hash);
    return lost && `event ${lost.place} of the audit log ${lost.writer}`;
  }
}
