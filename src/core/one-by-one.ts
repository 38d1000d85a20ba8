/** Runs works with the same key one after the other, in the order in which they come, and others at the same time. */
export type OneByOne = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** @returns queues of their own; a work that fails does not stop the next one of its key */
export function oneByOne(): OneByOne {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, turn);
    const leave = () => {
      if (last.get(key) === turn) last.delete(key);
    };
    turn.then(leave, leave);
    return turn;
  };
}
