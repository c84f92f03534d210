/** CertificateSigningRequests. */
import { humanDuration } from "../../core/human-duration.ts";
import type { CertificateSigningRequest } from "../../types/certificates-v1.ts";
import { type RequestedSubject, readRequestedSubject } from "./certificate-subject.ts";
import { annotations, identity, labels, timeText } from "./format.ts";
import { field, type Layout, optional, section } from "./layout.ts";

export function certificateSigningRequest(object: CertificateSigningRequest): Layout {
  const { metadata, spec } = object;
  const { expirationSeconds } = spec;
  const subject = readRequestedSubject(spec.request);
  return [
    identity(object),
    labels(metadata),
    annotations(metadata),
    field("CreationTimestamp", timeText(metadata?.creationTimestamp)),
    field("Requesting User", spec.username ?? ""),
    field("Signer", spec.signerName),
    expirationSeconds === undefined ? undefined : field("Requested Duration", humanDuration(expirationSeconds * 1000)),
    field("Status", state(object)),
    subject === undefined ? field("Subject", "<unknown: the request cannot be read>") : subjectFields(subject),
  ];
}

function state({ status }: CertificateSigningRequest): string {
  const types = new Set((status?.conditions ?? []).map(({ type }) => type));
  const decision = types.has("Denied") ? "Denied" : types.has("Approved") ? "Approved" : "Pending";
  const issued = (status?.certificate ?? "") !== "";
  return [decision, ...(types.has("Failed") ? ["Failed"] : []), ...(issued ? ["Issued"] : [])].join(",");
}

function subjectFields({ parts, names }: RequestedSubject): Layout {
  const first = (label: string): string => parts.get(label)?.[0] ?? "";
  const list = ([label, values]: readonly [string, readonly string[]]): Layout =>
    values.length === 0 ? undefined : field(label, values);
  const others = [...parts].filter(([label]) => label !== "Common Name" && label !== "Serial Number");
  const alternatives = [...names].filter(([, values]) => values.length > 0);
  return [
    section(
      "Subject",
      field("Common Name", first("Common Name")),
      optional("Serial Number", first("Serial Number")) ?? field("Serial Number", ""),
      others.map(list),
    ),
    alternatives.length === 0 ? undefined : section("Subject Alternative Names", alternatives.map(list)),
  ];
}
