import type { Halt } from './halting.js';

type Point = readonly [step: string, moment: Halt['moment'], count: number];

/** Every point between two steps of the way; `record` happens four times: filled, signed, broadcast, completed. */
export const points: readonly Point[] = [
  ['poll', 'begin', 1],
  ['poll', 'end', 1],
  ['claim', 'begin', 1],
  ['claim', 'end', 1],
  ['complete', 'begin', 1],
  ['complete', 'end', 1],
  ['record', 'begin', 1],
  ['record', 'end', 1],
  ['judge', 'begin', 1],
  ['judge', 'end', 1],
  ['sign', 'begin', 1],
  ['sign', 'end', 1],
  ['record', 'begin', 2],
  ['record', 'end', 2],
  ['broadcast', 'begin', 1],
  ['broadcast', 'end', 1],
  ['record', 'begin', 3],
  ['record', 'end', 3],
  ['record', 'begin', 4],
  ['record', 'end', 4],
];

/** With an own node the block is looked for, and the cloud is told. */
export const ownNodePoints: readonly Point[] = [
  ...points,
  ['confirm', 'begin', 1],
  ['confirm', 'end', 1],
  ['close', 'begin', 1],
  ['close', 'end', 1],
];
