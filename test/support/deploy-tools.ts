import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** An object of Kubernetes, as far as it is known before it is checked. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What `.ci/deploy-tools` has brought to this machine. */
export interface DeployTools {
  /** Path of the program. */
  readonly helm: string;
  /** All documents of a text in YAML. */
  parseYaml(text: string): unknown[];
  /** Rejects if the schemas of Kubernetes do not allow it, or do not know its kind. */
  check(manifest: Manifest): Promise<void>;
}

/** @returns undefined, with a line that says so, where `.ci/deploy-tools` has not run */
export function deployTools(whatIsSkipped: string): DeployTools | undefined {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = process.env['CUSTOS_DEPLOY_TOOLS'] ?? join(cache, 'custos-deploy');
  const helm = join(folder, 'helm/helm');
  if (!existsSync(helm) || !existsSync(join(folder, 'node_modules/kubernetes-models'))) {
    console.warn(`${whatIsSkipped}: there is no ${helm} with schemas beside it; .ci/deploy-tools brings them`);
    return undefined;
  }
  const load = createRequire(join(folder, 'package.json'));
  return {
    helm,
    parseYaml: (text) =>
      load('yaml')
        .parseAllDocuments(text, { strict: true, merge: true })
        .map((document: { errors: unknown[]; toJS(): unknown }) => {
          if (document.errors.length > 0) throw document.errors[0];
          return document.toJS();
        }),
    async check(manifest) {
      const { apiVersion, kind } = manifest;
      const file = join(folder, 'node_modules/kubernetes-models', apiVersion, 'index.js');
      const { [kind]: Model } = await import(pathToFileURL(file).href);
      new Model(manifest).validate();
    },
  };
}
