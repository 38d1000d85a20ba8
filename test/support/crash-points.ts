import type { Halt } from './halting.js';

export type Point = readonly [step: string, moment: Halt['moment'], count: number];

/** The steps of the way before bytes are signed, and until they are sent. What was filled in is recorded before it is judged where outputs are spent. */
const before = ['poll', 'claim', 'complete'];
const signing = ['judge', 'sign', 'record', 'broadcast', 'record'];
/** With an own node the block is looked for, and the cloud is told. */
const ownNode = ['confirm', 'close', 'record'];

/** Every point between two steps, where the bytes go through the gateway. `record`: signed; broadcast and completed. */
export const points = pointsOf([...before, ...signing]);

export const ownNodePoints = pointsOf([...before, ...signing, ...ownNode]);

/** As `ownNodePoints`, for a chain whose transactions spend outputs. `record`: filled, signed, broadcast, completed. */
export const outputPoints = pointsOf([...before, 'record', ...signing, ...ownNode]);

function pointsOf(steps: readonly string[]): readonly Point[] {
  return steps.flatMap((step, place) => {
    const count = steps.slice(0, place + 1).filter((one) => one === step).length;
    return [[step, 'begin', count] as const, [step, 'end', count] as const];
  });
}
