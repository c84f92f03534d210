/** A text with what would move the cursor of a terminal, or clear it, shown instead. Line ends and tabs stay. */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}]/gu, (control) => {
    if (control === "\n" || control === "\t") return control;
    const code = control.charCodeAt(0);
    return code < 0x20 ? `^${String.fromCharCode(code + 0x40)}` : `\\x${code.toString(16)}`;
  });
}
