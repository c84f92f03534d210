import { X509Certificate } from "node:crypto";
import { recipe } from "kubescript";

const DAY_MS = 86_400_000;

/** One certificate that a Secret of type kubernetes.io/tls holds. */
interface Expiry {
  namespace: string;
  secret: string;
  subject: string;
  expires: string;
  /** Whole days left; negative when it has expired. */
  days: number;
}

export default recipe({
  description: "Report TLS Secrets whose certificate expires soon, the soonest first",
  args: {
    within: { type: "duration", default: "30d", description: "report what expires within this time" },
    namespace: { type: "string", optional: true, description: "only here; every namespace when left out" },
  },
  async run({ k8s, args, log }) {
    const scope = args.namespace === undefined ? k8s.everywhere : k8s.in(args.namespace);
    const found: Expiry[] = [];
    for (const secret of await scope.secrets.list({ fields: { type: "kubernetes.io/tls" } })) {
      const { name = "", namespace = "" } = secret.metadata ?? {};
      const pem = Buffer.from(secret.data?.["tls.crt"] ?? "", "base64");
      let certificate: X509Certificate;
      try {
        certificate = new X509Certificate(pem);
      } catch {
        log(`${namespace}/${name}: tls.crt holds no certificate`);
        continue;
      }
      const expires = Date.parse(certificate.validTo);
      if (expires - Date.now() > args.within) continue;
      found.push({
        namespace,
        secret: name,
        subject: certificate.subject,
        expires: new Date(expires).toISOString(),
        days: Math.floor((expires - Date.now()) / DAY_MS),
      });
    }
    return found.sort((a, b) => a.days - b.days);
  },
});
