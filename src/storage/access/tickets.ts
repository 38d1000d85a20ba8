import type { Kysely } from 'kysely';
import { type StoredTicket, ticketKinds } from '../../core/access/user-ticket.js';
import type { TenantId } from '../../core/ids.js';
import type { TicketTable } from '../../core/store/tickets.js';
import type { Database } from '../database.js';
import { requireGeneration } from '../root-generation.js';
import type { StoreTables } from '../schema.js';

type Row = StoreTables['user_tickets'];

/** The tickets of users on a database. @param generation - of the root key that the MACs come from */
export function ticketTable(database: Database<StoreTables>, generation: number): TicketTable {
  const check = { dialect: database.dialect, generation };
  return {
    add: ({ expiresAt, ...ticket }, now) =>
      database.write(async (db) => {
        await requireGeneration(db, check);
        await db.deleteFrom('user_tickets').where('expires_at', '<=', now).execute();
        await db
          .insertInto('user_tickets')
          .values({ ...ticket, expires_at: expiresAt })
          .execute();
      }),
    get: (hash) => database.read((db) => readTicket(db, hash)),
    take: (hash) =>
      database.write(async (db) => {
        const { numDeletedRows } = await db.deleteFrom('user_tickets').where('hash', '=', hash).executeTakeFirst();
        return numDeletedRows === 1n;
      }),
    end: (owner) =>
      database.write(async (db) => void (await db.deleteFrom('user_tickets').where('owner', '=', owner).execute())),
  };
}

async function readTicket(db: Kysely<StoreTables>, hash: string): Promise<StoredTicket | undefined> {
  const row = await db.selectFrom('user_tickets').selectAll().where('hash', '=', hash).executeTakeFirst();
  return row && ticketOf(row);
}

/** A kind that is unknown is of a later version. */
function ticketOf({ kind: text, tenant, expires_at: expiresAt, ...row }: Row): StoredTicket | undefined {
  const kind = ticketKinds.find((one) => one === text);
  return kind && { ...row, kind, tenant: tenant as TenantId, expiresAt: Number(expiresAt) };
}
