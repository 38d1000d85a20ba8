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
  /** What GitHub's own parser has against a workflow. */
  workflowErrors(name: string, text: string): Promise<readonly string[]>;
  /** What the schema of CycloneDX 1.5 has against a document; null if nothing. */
  bomErrors(text: string): Promise<unknown>;
}

/** @returns undefined, with a line that says so, where `.ci/deploy-tools` has not run */
export function deployTools(whatIsSkipped: string): DeployTools | undefined {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = process.env['CUSTOS_DEPLOY_TOOLS'] ?? join(cache, 'custos-deploy');
  const helm = join(folder, 'helm/helm');
  const workflows = join(folder, 'workflow-parser.mjs');
  const packages = ['kubernetes-models', 'yaml', '@cyclonedx/cyclonedx-library'];
  const places = [helm, workflows, ...packages.map((name) => join(folder, 'node_modules', name))];
  const missing = places.find((one) => !existsSync(one));
  if (missing !== undefined) {
    console.warn(`${whatIsSkipped}: there is no ${missing}; .ci/deploy-tools brings it`);
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
    async workflowErrors(name, content) {
      const { NoOperationTraceWriter, parseWorkflow } = await import(pathToFileURL(workflows).href);
      const { context } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
      return context.errors.getErrors().map(String);
    },
    async bomErrors(text) {
      const { Spec, Validation } = load('@cyclonedx/cyclonedx-library');
      return new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(text);
    },
  };
}
