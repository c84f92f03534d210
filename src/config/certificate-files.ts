import type { ClientCertificate } from "./connection.ts";
import type { ReadFile } from "./read-pem.ts";

/** How often certificate files are looked at. https://github.com/kubernetes/client-go/blob/master/transport/cert_rotation.go */
const CERTIFICATE_FILES_MS = 5 * 60_000;

/** A client certificate whose files are looked at again as it ages; one without files stays as it is. */
export class CertificateFiles {
  readonly #readFile: ReadFile;
  readonly #now: () => number;
  #certificate: ClientCertificate;
  #readAt: number;
  #reading: Promise<ClientCertificate> | undefined;

  constructor(certificate: ClientCertificate, readFile: ReadFile, now: () => number) {
    this.#certificate = certificate;
    this.#readFile = readFile;
    this.#now = now;
    this.#readAt = now();
  }

  /** The pair of this moment; the same object as long as the files are the same. */
  async certificate(): Promise<ClientCertificate> {
    const { certificateFile, keyFile } = this.#certificate;
    if (certificateFile === undefined && keyFile === undefined) return this.#certificate;
    if (this.#now() - this.#readAt < CERTIFICATE_FILES_MS) return this.#certificate;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Keeps the present pair when a file cannot be read or the two are not both written yet. */
  async #read(): Promise<ClientCertificate> {
    this.#readAt = this.#now();
    const present = this.#certificate;
    const again = (file: string | undefined, text: string): Promise<string> | string =>
      file === undefined ? text : this.#readFile(file);
    try {
      const [certificate, key] = await Promise.all([
        again(present.certificateFile, present.certificate),
        again(present.keyFile, present.key),
      ]);
      const whole = certificate.includes("-----END ") && key.includes("-----END ");
      if (whole && (certificate !== present.certificate || key !== present.key)) {
        this.#certificate = { ...present, certificate, key };
      }
    } catch {
      // Rotation replaces files: one that is missing for a moment is read at the next look.
    }
    return this.#certificate;
  }
}
