/** One sample: its name, its labels, its value. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Scrape {
  readonly samples: readonly Sample[];
  /** Kind of each metric, by name. */
  readonly types: ReadonlyMap<string, string>;
  readonly helps: ReadonlyMap<string, string>;
  /** The one sample of that name with these labels. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

const line = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/** Reads Prometheus' text format, version 0.0.4, and fails on whatever is not in it. */
export function parsePrometheus(text: string): Scrape {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  for (const row of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(row) ?? [];
    if (kind === 'TYPE' && types.has(name)) throw new Error(`${name} is there twice`);
    if (kind === 'TYPE') types.set(name, rest);
    else if (kind === 'HELP') helps.set(name, rest);
    else if (row !== '') samples.push(parseSample(row));
  }
  const seen = samples.map(({ name, labels }) => key(name, labels));
  const twice = seen.find((one, at) => seen.indexOf(one) !== at);
  if (twice !== undefined) throw new Error(`${twice} is there twice`);
  return {
    samples,
    types,
    helps,
    value: (name, labels = {}) => samples.find((one) => key(one.name, one.labels) === key(name, labels))?.value,
  };
}

function parseSample(row: string): Sample {
  const [whole, name = '', inside = '', number = ''] = line.exec(row) ?? [];
  if (whole === undefined) throw new Error(`no sample: ${row}`);
  const labels: Record<string, string> = {};
  label.lastIndex = 0;
  while (label.lastIndex < inside.length) {
    const [part, labelName = '', value = ''] = label.exec(inside) ?? [];
    if (part === undefined) throw new Error(`no labels: ${row}`);
    labels[labelName] = value.replace(/\\(["\\n])/g, (_, letter) => (letter === 'n' ? '\n' : letter));
  }
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number);
  if (Number.isNaN(value) && number !== 'NaN' && number !== 'Nan') throw new Error(`no number: ${row}`);
  return { name, labels, value };
}

function key(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, Object.entries(labels).sort()]);
}
