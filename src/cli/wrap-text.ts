/** The least that is left for a description beside what it describes. */
const NARROW = 20;

/**
 * Help in lines of at most so many columns: paragraphs are filled anew, descriptions go on below themselves. Examples, which
 * are indented and have no second column, stay as they are.
 */
export function wrapText(text: string, columns: number): string {
  const lines: string[] = [];
  let paragraph: string[] = [];
  const endParagraph = (): void => {
    lines.push(...filled(paragraph.join(" "), columns, 0));
    paragraph = [];
  };
  for (const line of text.split("\n")) {
    if (/^\S/.test(line)) {
      paragraph.push(line);
      continue;
    }
    endParagraph();
    const described = /^\s+\S+(?: \S+)*\s{2,}(?=\S)/.exec(line)?.[0].length;
    if (described === undefined || columns - described < NARROW) lines.push(line);
    else lines.push(...filled(line, columns, described));
  }
  endParagraph();
  return lines.join("\n");
}

/** A line broken at spaces; what follows begins below `indent`, before which it is not broken. */
function filled(line: string, columns: number, indent: number): string[] {
  const rows: string[] = [];
  let row = line.slice(0, indent);
  for (const word of line.slice(indent).split(" ")) {
    const begun = row.length > indent || (indent === 0 && row !== "");
    if (begun && row.length + 1 + word.length > columns) {
      rows.push(row);
      row = " ".repeat(indent) + word;
    } else row += row.length === indent ? word : ` ${word}`;
  }
  return row === "" ? rows : [...rows, row];
}
