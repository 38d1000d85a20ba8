/** So many distinct persons of a group. Its text is `2 of treasury`. */
export interface Demand {
  readonly count: number;
  readonly group: string;
}

/** Names of persons and groups: they stand in signed lines, so they are short, and nothing in them looks like something else. */
const nameForm = /^[a-z][a-z0-9-]{0,31}$/;
const demandForm = /^([1-9][0-9]{0,2}) of ([a-z][a-z0-9-]{0,31})$/;

/** Whether a text can name a person or a group: a lower-case letter, then at most 31 letters, digits or dashes. */
export function isName(text: string): boolean {
  return nameForm.test(text);
}

/** @returns undefined for any text that `demandText` does not make */
export function parseDemand(text: string): Demand | undefined {
  const [, count, group] = demandForm.exec(text) ?? [];
  return count === undefined || group === undefined ? undefined : { count: Number(count), group };
}

export function demandText({ count, group }: Demand): string {
  return `${count} of ${group}`;
}
