const LABEL = "[a-z]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const LABEL_EXPRESSION = new RegExp(`^${LABEL}$`);
const SUBDOMAIN_EXPRESSION = new RegExp(`^${SUBDOMAIN}$`);

/** What keeps a text from being an RFC 1035 label; empty when it is one. */
export function dnsLabelFaults(text: string): string[] {
  return [
    ...(text.length > 63 ? ["must be no more than 63 bytes"] : []),
    ...(LABEL_EXPRESSION.test(text)
      ? []
      : [
          "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic " +
            "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', " +
            `regex used for validation is '${LABEL}')`,
        ]),
  ];
}

/** What keeps a text from being an RFC 1123 subdomain; empty when it is one. */
export function dnsSubdomainFaults(text: string): string[] {
  return [
    ...(text.length > 253 ? ["must be no more than 253 bytes"] : []),
    ...(SUBDOMAIN_EXPRESSION.test(text)
      ? []
      : [
          "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must " +
            "start and end with an alphanumeric character (e.g. 'example.com', " +
            `regex used for validation is '${SUBDOMAIN}')`,
        ]),
  ];
}
