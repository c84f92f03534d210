/** A pod as people write them: stored, with defaults and managed fields, it is about 3 kB of JSON. */
export function pod(index: number): Record<string, unknown> {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `web-${String(index).padStart(5, "0")}`,
      namespace: "default",
      labels: { app: "web", shard: String(index % 16) },
    },
    spec: {
      containers: [
        {
          name: "web",
          image: "registry.example/web:1.4.2",
          args: ["--listen=:8080", "--log=json"],
          env: [{ name: "SHARD", value: String(index % 16) }],
          ports: [{ containerPort: 8080 }],
          resources: { requests: { cpu: "100m", memory: "64Mi" } },
        },
      ],
    },
  };
}
