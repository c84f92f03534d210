/** Orders texts by their characters, as the server and kubectl do, whatever the language of the process. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
