import { readFileSync } from 'node:fs';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
}

type Package = readonly [path: string, locked: Locked];

/** Every package of package-lock.json. */
export function lockedPackages(): readonly Package[] {
  const lock: { packages: Record<string, Locked> } = JSON.parse(
    readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'),
  );
  return Object.entries(lock.packages).filter(([path]) => path !== '');
}

/** The packages that are not for development alone. */
export const shippedPackages = () => lockedPackages().filter(([, { dev }]) => dev !== true);

/** The packages that are always installed to run Custos. */
export const productionPackages = () =>
  shippedPackages().filter(([, { optional, devOptional }]) => optional !== true && devOptional !== true);

/** Names of the packages that package.json itself asks for. */
export function directPackages(): readonly string[] {
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return Object.keys(dependencies);
}
