import { createHash } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { Peer } from "../model/peer.ts";

const peers = new WeakMap<TLSSocket, Peer>();

/** Who is on the other side of a TLS connection whose client certificate was asked for; looked at once. */
export function peerOf(socket: TLSSocket): Peer {
  const known = peers.get(socket);
  if (known !== undefined) return known;
  const peer = readPeer(socket);
  peers.set(socket, peer);
  return peer;
}

function readPeer(socket: TLSSocket): Peer {
  const shown = socket.getPeerCertificate();
  if (shown.raw === undefined) return {};
  if (!socket.authorized) return { certificateRejected: true };
  return {
    certificate: {
      commonName: values(shown.subject.CN)[0] ?? "",
      organizations: values(shown.subject.O),
      sha256: createHash("sha256").update(shown.raw).digest("hex"),
    },
  };
}

/** Node gives a list where an attribute stands more than once. */
function values(attribute: string | readonly string[] | undefined): readonly string[] {
  if (attribute === undefined) return [];
  return typeof attribute === "string" ? [attribute] : attribute;
}
