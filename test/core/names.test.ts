import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editDistance, namesOf, requireResource, resolveName } from "../../src/core/names.ts";
import { DEPLOYMENTS, EVENTS, NODES, PODS, resource } from "./resources-fixture.ts";

const NEW_EVENTS = resource("events.k8s.io", "v1", "events", "Event", { shortNames: ["ev"] });
const HPA2 = resource("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", {
  shortNames: ["hpa"],
});
const HPA1 = { ...HPA2, version: "v1", preferred: false };
const WIDGETS = resource("example.com", "v1", "widgets", "Widget", { shortNames: ["wd"] });
const CLUSTERS = resource("one.example.com", "v1", "clusters", "Cluster");
const RIVALS = resource("two.example.org", "v1beta1", "clusters", "Cluster");
const METRICS = resource("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", { singularName: "" });
const OLD_ONLY = resource("apps", "v1beta1", "sprockets", "Sprocket", { preferred: false });
const ALL = [PODS, NODES, EVENTS, DEPLOYMENTS, OLD_ONLY, NEW_EVENTS, HPA1, HPA2, WIDGETS, CLUSTERS, RIVALS, METRICS];

describe("requireResource", () => {
  test.each([
    ["pods", PODS],
    ["pod", PODS],
    ["po", PODS],
    ["Pod", PODS],
    ["POD", PODS],
    ["pods.v1", PODS],
    ["pods.v1.", PODS],
    ["podmetrics", METRICS],
    ["pods.metrics.k8s.io", METRICS],
    ["deploy", DEPLOYMENTS],
    ["deployments.apps", DEPLOYMENTS],
    ["deploy.apps", DEPLOYMENTS],
    ["deployments.v1.apps", DEPLOYMENTS],
    ["Deployment.v1.apps", DEPLOYMENTS],
    ["deployments.app", DEPLOYMENTS],
    ["events", EVENTS],
    ["events.events.k8s.io", NEW_EVENTS],
    ["hpa", HPA2],
    ["hpa.v1.autoscaling", HPA1],
    ["sprockets", OLD_ONLY],
    ["widgets.example.com", WIDGETS],
    ["clusters.two.example.org", RIVALS],
    ["cluster.v1.one.example.com", CLUSTERS],
  ])("%s is found", (name, expected) => {
    expect(requireResource(name, ALL)).toEqual(expected);
  });

  test("a name shared by two groups that are not Kubernetes' own is an error that lists them", () => {
    expect(() => requireResource("clusters", ALL)).toThrow(
      /"clusters" is: clusters\.v1\.one\.example\.com, clusters\.v1beta1\.two\.example\.org/,
    );
  });

  test("an unknown name suggests the nearest", () => {
    const error = (() => {
      try {
        return requireResource("deploymnets", ALL);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code: "UNKNOWN_RESOURCE", hint: 'Did you mean "deployments"?' });
    expect(resolveName("zzzzzzzz", ALL)).toEqual({ type: "unknown", nearest: [] });
  });

  test("every name of a resource, followed by version and group, leads back to it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALL), fc.nat(), (one, pick) => {
        const names = namesOf(one);
        const name = names[pick % names.length]!;
        expect(requireResource(`${name}.${one.version}.${one.group}`, ALL)).toBe(one);
      }),
    );
  });
});

test("edit distance is a metric that counts a swap once", () => {
  expect(editDistance("deploymnets", "deployments")).toBe(1);
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
    }),
  );
});
