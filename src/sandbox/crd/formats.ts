import { isIP, isIPv4, isIPv6 } from "node:net";

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}([.,]\d+)?([Zz]|[+-]\d{2}:?\d{2})?$/;
const HOSTNAME = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.?$/i;

/** The formats that the server checks; others are taken as text. Names without dashes. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  datetime: (text) => DATE_TIME.test(text) && !Number.isNaN(Date.parse(text.replace(" ", "T").replace(",", "."))),
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
  duration: (text) => text === "0" || /^[-+]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h|d|w))+$/.test(text),
  uuid: (text) => UUID.test(text),
  uuid3: (text) => UUID.test(text) && text.replaceAll("-", "").charAt(12) === "3",
  uuid4: (text) => UUID.test(text) && /^.{12}4.{3}[89ab]/i.test(text.replaceAll("-", "")),
  uuid5: (text) => UUID.test(text) && /^.{12}5.{3}[89ab]/i.test(text.replaceAll("-", "")),
  ipv4: isIPv4,
  ipv6: isIPv6,
  ip: (text) => isIP(text) !== 0,
  cidr: isCidr,
  mac: (text) => /^([0-9a-f]{2}[:-]){5,7}[0-9a-f]{2}$/i.test(text),
  email: (text) => /^[^\s@<>]+@[^\s@<>]+$/.test(text),
  hostname: (text) => text.length <= 253 && HOSTNAME.test(text),
  uri: (text) => URL.canParse(text) || text.startsWith("/"),
  byte: (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0,
  hexcolor: (text) => /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text),
};

/** Whether a text has the format; true for formats that are not checked. */
export function hasFormat(text: string, format: string): boolean {
  return FORMATS[format.replaceAll("-", "")]?.(text) ?? true;
}

/** Whether a text is an IP network: `10.0.0.0/8`. */
export function isCidr(text: string): boolean {
  const [address = "", bits = "", ...rest] = text.split("/");
  const version = isIP(address);
  return version !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}
