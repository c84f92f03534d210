import { UsageError } from "../../errors.ts";
import { type DownloadOptions, download, shownAddress } from "../../transport/download.ts";
import { decodeText } from "./decode-text.ts";

/** Whether a source is an address, and not a file or a text. */
export function isUrl(source: string): boolean {
  return /^\w[\w+.-]*:\/\/\S*$/.test(source);
}

/** The text of a manifest in the web. Throws UsageError for an address of another kind, and for a page for people. */
export async function textAt(url: string, options: DownloadOptions): Promise<string> {
  if (!/^https?:/i.test(url)) {
    throw new UsageError("INVALID_INPUT", `Cannot read ${shownAddress(url)}: it is no http or https URL`, {
      hint: "Download it by other means and give the file.",
    });
  }
  const { body, contentType } = await download(url, options);
  const text = decodeText(body);
  if (/^text\/html\b/i.test(contentType) && /^\s*</.test(text)) {
    throw new UsageError("INVALID_INPUT", `Cannot read ${shownAddress(url)}: it is a web page, not YAML or JSON`, {
      hint: "Give the URL of the file itself: on GitHub and GitLab, the one behind Raw.",
    });
  }
  return text;
}
