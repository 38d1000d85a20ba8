import {
  type Compilable,
  type CompiledQuery,
  type Expression,
  ExpressionWrapper,
  type Kysely,
  ValueNode,
} from 'kysely';

/** Places a hole for the value of that name in a query. */
export type Holes<V> = <K extends keyof V>(name: K) => Expression<V[K]>;

class Hole {
  readonly name: PropertyKey;

  constructor(name: PropertyKey) {
    this.name = name;
  }
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
  return (db: Kysely<T>, values: V) => {
    const query = known.get(db) ?? build(db, hole).compile();
    known.set(db, query);
    const parameters = query.parameters.map((part) => (part instanceof Hole ? Reflect.get(values, part.name) : part));
    return db.executeQuery<R>({ ...query, parameters });
  };
}
