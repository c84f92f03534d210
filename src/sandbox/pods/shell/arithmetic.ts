const PRECEDENCE: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["==", "!="],
  ["<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/", "%"],
];

const COMPUTE: Readonly<Record<string, (a: number, b: number) => number>> = {
  "||": (a, b) => Number(a !== 0 || b !== 0),
  "&&": (a, b) => Number(a !== 0 && b !== 0),
  "==": (a, b) => Number(a === b),
  "!=": (a, b) => Number(a !== b),
  "<": (a, b) => Number(a < b),
  "<=": (a, b) => Number(a <= b),
  ">": (a, b) => Number(a > b),
  ">=": (a, b) => Number(a >= b),
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  "%": (a, b) => (b === 0 ? 0 : a % b),
};

/** The value of a `$((…))`: integers, variables, the usual operators and parentheses. What is no number counts as 0. */
export function evaluateArithmetic(expression: string, variable: (name: string) => string): number {
  const tokens =
    expression.match(/\d+|[A-Za-z_]\w*|\|\||&&|[=!<>]=|[-+*/%()<>!$]/g)?.filter((one) => one !== "$") ?? [];
  let at = 0;
  const operand = (): number => {
    const token = tokens[at++] ?? "0";
    if (token === "(") {
      const value = level(0);
      at++;
      return value;
    }
    if (token === "-") return -operand();
    if (token === "!") return Number(operand() === 0);
    return Number.parseInt(/^\d/.test(token) ? token : variable(token), 10) || 0;
  };
  const level = (depth: number): number => {
    const operators = PRECEDENCE[depth];
    if (operators === undefined) return operand();
    let value = level(depth + 1);
    for (let token = tokens[at]; token !== undefined && operators.includes(token); token = tokens[at]) {
      at++;
      value = COMPUTE[token]?.(value, level(depth + 1)) ?? value;
    }
    return value;
  };
  return level(0);
}
