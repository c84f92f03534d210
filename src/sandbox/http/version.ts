import { jsonAnswer } from "./answers.ts";
import type { NonResourcePath } from "./non-resource.ts";

/** What the server says of its own version: the API of Kubernetes 1.36. */
export const SERVER_VERSION: Readonly<Record<string, string>> = {
  major: "1",
  minor: "36",
  emulationMajor: "1",
  emulationMinor: "36",
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "35",
  gitVersion: "v1.36.2",
  gitCommit: "",
  gitTreeState: "",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "",
};

/** `/version`. */
export const VERSION_PATH: NonResourcePath = {
  matches: (path) => path === "/version" || path === "/version/",
  answer: () => jsonAnswer(200, SERVER_VERSION),
};
