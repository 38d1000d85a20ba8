/** Runs tasks with the same key one at a time, in the order of arrival, and other tasks in parallel. */
export type OneByOne = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** @returns new queues; a failing task does not stop the next one with its key */
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
