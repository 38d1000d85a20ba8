/** Counts the turns of the event loop that others have while something is at work. */
export async function turnsDuring<T>(work: Promise<T>): Promise<{ readonly turns: number; readonly value: T }> {
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  try {
    const value = await work;
    return { turns, value };
  } finally {
    isOver = true;
  }
}
