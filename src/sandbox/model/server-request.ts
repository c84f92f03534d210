/** What the server reads of a request. A web Request is one; the listener makes a lighter one of a socket's message. */
export type ServerRequest = Pick<Request, "method" | "url" | "headers" | "signal" | "body" | "arrayBuffer">;
