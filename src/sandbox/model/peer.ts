/** What the connection tells of the other side, before any header is read. Absent in process. */
export interface Peer {
  /** The client certificate, once the TLS layer has verified it against the client CA. */
  readonly certificate?: PeerCertificate;
  /** A client certificate was shown that the client CA did not issue, or that is not valid now: no log-in by it. */
  readonly certificateRejected?: boolean;
}

export interface PeerCertificate {
  /** Subject CN: the user name. */
  readonly commonName: string;
  /** Subject O, each: the groups. */
  readonly organizations: readonly string[];
  /** SHA-256 of the certificate, lower-case hexadecimal without colons. */
  readonly sha256: string;
}
