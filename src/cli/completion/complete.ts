import { CONNECTION_FLAGS } from "../../config/connection-flags.ts";
import { allFlags, type Command } from "../command.ts";
import { COMMANDS } from "../commands.ts";
import { CLUSTER_FLAGS, type Flag, OUTPUT_FLAG } from "../flags.ts";
import type { Terminal } from "../terminal.ts";
import { valuesOf } from "./flag-values.ts";
import { lineWords } from "./line-words.ts";
import { type Place, placeIn } from "./place.ts";
import { NOTHING, type Offer, type Suggestion } from "./suggestion.ts";

/** Flags that stand before a command, too. */
const GENERAL_FLAGS: readonly Flag[] = [OUTPUT_FLAG, ...CLUSTER_FLAGS, ...CONNECTION_FLAGS];
const HELP: Suggestion = { value: "help", description: "help on a command" };

/**
 * What can stand at the end of a command line, the program's name in front; whole words, even where the cursor is inside one.
 * A cluster or kubeconfig that cannot be asked offers nothing.
 */
export async function complete(line: string, terminal: Terminal): Promise<Offer> {
  const [, ...words] = lineWords(line);
  const { current, ...offer } = await offerAt(words, terminal);
  // A flag that a recipe declares stands before ours of that name.
  const seen = new Set<string>();
  const suggestions = offer.suggestions.filter(
    ({ value }) => value.startsWith(current) && !seen.has(value) && seen.add(value),
  );
  return { suggestions, files: offer.files ?? false };
}

async function offerAt(words: readonly string[], terminal: Terminal): Promise<Offer & { readonly current: string }> {
  const general = placeIn(words, GENERAL_FLAGS);
  const [name] = general.positionals;
  const command = await COMMANDS.find((one) => one.name === name)?.load();
  const own = command === undefined ? GENERAL_FLAGS : allFlags(command.command);
  const place = placeIn(words, own);
  const { spot, current } = place;
  const asked = { positionals: place.positionals.slice(1), current, values: place.values, terminal };
  if (spot.type === "value") {
    const offer = await quietly(() => valuesOf(spot.flag, { ...asked, current: spot.current }));
    const suggestions = offer.suggestions.map((one) => ({ ...one, value: `${spot.written}${one.value}` }));
    return { ...offer, suggestions, current };
  }
  if (name === undefined || name === "help") return { ...first(place, own, name === undefined), current };
  const offer = await quietly(() => command?.command.offer?.(asked));
  if (spot.type === "positional") return { ...offer, current };
  return { suggestions: [...offer.suggestions, ...flagWords(own, place, command?.command)], current };
}

function first(place: Place, flags: readonly Flag[], withHelp: boolean): Offer {
  if (place.spot.type === "flag") return { suggestions: flagWords(flags, place) };
  if (place.positionals.length > 1) return NOTHING;
  const commands = COMMANDS.map(({ name, summary }) => ({ value: name, description: summary }));
  return { suggestions: withHelp ? [...commands, HELP] : commands };
}

/** Flags that are not given yet, or may be again. */
function flagWords(flags: readonly Flag[], { values }: Place, command?: Command): Suggestion[] {
  const free = flags.filter(({ name, multiple }) => values[name] === undefined || multiple === true);
  const long = free.map(({ name, description }) => ({ value: `--${name}`, description }));
  const general = command === undefined ? [{ value: "--help" }, { value: "--version" }] : [];
  return [...long, ...general];
}

/** Who presses Tab is told nothing of what does not work yet. */
async function quietly(ask: () => Promise<Offer> | Offer | undefined): Promise<Offer> {
  try {
    return (await ask()) ?? NOTHING;
  } catch {
    return NOTHING;
  }
}
