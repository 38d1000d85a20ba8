export function makeBundle(input: string, dir: string): Promise<void>;
