import type { PodTemplateSpec } from "../../types/core-v1.ts";

const TEMPLATE_HASH = "pod-template-hash";

/** A pod template as its author wrote it: without the label that tells a Deployment's ReplicaSets apart. */
export function authoredTemplate(template: PodTemplateSpec = {}): PodTemplateSpec {
  const { [TEMPLATE_HASH]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}
