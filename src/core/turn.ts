/** How many elements of a foreign list are processed before other work gets a turn of the event loop. */
export const A_TURN = 250;

/** Resolves in the next turn of the event loop, after other waiting work: other chains, signals, answers of the health server. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
