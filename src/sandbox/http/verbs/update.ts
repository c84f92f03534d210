import { checkAddress } from "../../storage/check-address.ts";
import { strategyFor } from "../../storage/strategies/strategy-for.ts";
import { textAnswer } from "../answers.ts";
import { representation, type Verb, writeContext } from "../server.ts";
import { decodeObject, storedForm } from "./create.ts";
import { requireVersion } from "./require-version.ts";

const OPTIONS = "UpdateOptions";

/** PUT of one object, or of its status. */
export const update: Verb = (server, request) => {
  const { definition, info, warnings } = request;
  const as = representation(request, ["Table", "PartialObjectMetadata"]);
  const context = writeContext(request, OPTIONS);
  const object = decodeObject(request, definition, OPTIONS);
  checkAddress(object, info.name, context.namespace);
  const strategy = strategyFor(definition);
  const absent = server.store.get(definition.storageKey, context.namespace, info.name) === undefined;
  const creates = absent && strategy.createsOnUpdate && info.subresource === "";
  if (!absent) requireVersion(definition, object, strategy);
  const written = creates
    ? server.writer.create(object, context)
    : server.writer.update(info.name, () => object, context);
  const text = server.renderer.object(storedForm(definition), written, as, info.query);
  return textAnswer(creates ? 201 : 200, text, as.format, warnings.headers());
};
