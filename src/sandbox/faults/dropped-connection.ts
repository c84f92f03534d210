/** The connection is to be closed with nothing more said. In process it is what a client meets in place of an answer. */
export class DroppedConnection extends Error {
  override readonly name = "DroppedConnection";
  /** Node's own code for a connection that the other side closed. */
  readonly code = "ECONNRESET";

  constructor() {
    super("The connection was closed by a fault");
  }
}
