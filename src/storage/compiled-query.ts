import {
  type Compilable,
  type CompiledQuery,
  type Expression,
  ExpressionWrapper,
  type Kysely,
  type QueryResult,
  ValueNode,
} from 'kysely';

/** Places a hole for the value of that name in a query. */
export type Holes<V> = <K extends keyof V>(name: K) => Expression<V[K]>;

/** Runs a compiled query on the connection of a database. */
export type QueryRunner = <R>(query: CompiledQuery<R>) => Promise<QueryResult<R>>;

class Hole {
  readonly name: PropertyKey;

  constructor(name: PropertyKey) {
    this.name = name;
  }
}

const runners = new WeakMap<object, QueryRunner>();

/**
 * Sets what runs the compiled queries of a database that has one connection for ever: Kysely asks for a connection for each query
 * and waits several times meanwhile, which takes as long as SQLite does.
 */
export function runCompiledBy<T>(db: Kysely<T>, runner: QueryRunner): void {
  runners.set(db, runner);
}

/**
 * A query with a fixed text, for the work of every transaction and every poll. To build a query and write its text costs
 * several times as much as SQLite's work on it.
 * @param build - called once for each database; values that differ between runs are holes
 * @returns runs it with values for the holes
 */
export function compiledQuery<T, V extends object, R>(build: (db: Kysely<T>, hole: Holes<V>) => Compilable<R>) {
  const known = new WeakMap<Kysely<T>, CompiledQuery<R>>();
  const hole: Holes<V> = (name) => new ExpressionWrapper(ValueNode.create(new Hole(name)));
  return (db: Kysely<T>, values: V): Promise<QueryResult<R>> => {
    let query = known.get(db);
    if (query === undefined) {
      query = build(db, hole).compile();
      known.set(db, query);
    }
    const parameters: unknown[] = [];
    for (const part of query.parameters) parameters.push(part instanceof Hole ? Reflect.get(values, part.name) : part);
    return runCompiled(db, withParameters(query, parameters));
  };
}

/** The query with other values. Named one by one, because this is faster than to spread the query. */
export function withParameters<R>(query: CompiledQuery<R>, parameters: readonly unknown[]): CompiledQuery<R> {
  return { query: query.query, queryId: query.queryId, sql: query.sql, parameters };
}

/** Runs a query that has all of its values. */
export function runCompiled<T, R>(db: Kysely<T>, query: CompiledQuery<R>): Promise<QueryResult<R>> {
  return runners.get(db)?.(query) ?? db.executeQuery<R>(query);
}
