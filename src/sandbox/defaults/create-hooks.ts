import type { ApiObject } from "../model/object.ts";
import { ensureObject, objectAt, stringMapAt, stringsAt } from "../schema/fields.ts";
import { qosClass } from "./pod-resources.ts";

const CONTROLLER_UID = "batch.kubernetes.io/controller-uid";

/** What single kinds get at their creation, by `group/Kind`; the status is reset by then. */
export const CREATE_HOOKS: Readonly<Record<string, (object: ApiObject) => void>> = {
  "/Pod": (object) => {
    object.status = { phase: "Pending", qosClass: qosClass(ensureObject(object, "spec")) };
  },
  "/Namespace": (object) => {
    const spec = ensureObject(object, "spec");
    const finalizers = stringsAt(spec, "finalizers");
    if (!finalizers.includes("kubernetes")) spec.finalizers = [...finalizers, "kubernetes"];
    const labels = { ...object.metadata.labels, "kubernetes.io/metadata.name": object.metadata.name ?? "" };
    object.metadata.labels = labels;
    object.status = { phase: "Active" };
  },
  "/PersistentVolume": (object) => {
    object.status = { phase: "Pending" };
  },
  "/PersistentVolumeClaim": (object) => {
    object.status = { phase: "Pending" };
    alignDataSources(object);
  },
  "batch/Job": generateSelector,
};

/**
 * Gives the Job's pods its uid and name as labels, and selects by the uid, unless the author does so by hand:
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/batch/job/strategy.go
 */
function generateSelector(object: ApiObject): void {
  const spec = ensureObject(object, "spec");
  if (spec.manualSelector === true) return;
  const { name = "", uid = "" } = object.metadata;
  const metadata = ensureObject(ensureObject(spec, "template"), "metadata");
  const own = { [CONTROLLER_UID]: uid, "batch.kubernetes.io/job-name": name, "controller-uid": uid, "job-name": name };
  metadata.labels = { ...own, ...stringMapAt(metadata, "labels") };
  const selector = ensureObject(spec, "selector");
  const matchLabels = { ...stringMapAt(selector, "matchLabels") };
  matchLabels[CONTROLLER_UID] ??= uid;
  selector.matchLabels = matchLabels;
}

/** A claim's `dataSource` and `dataSourceRef` are two names of one thing unless they cross namespaces. */
function alignDataSources(object: ApiObject): void {
  const spec = ensureObject(object, "spec");
  const source = objectAt(spec, "dataSource");
  const reference = objectAt(spec, "dataSourceRef");
  if (source !== undefined && reference === undefined) spec.dataSourceRef = { ...source };
  if (source === undefined && reference !== undefined && !reference.namespace) spec.dataSource = { ...reference };
}
