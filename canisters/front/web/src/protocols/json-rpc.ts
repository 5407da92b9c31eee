// JSON-RPC 2.0 (https://www.jsonrpc.org/specification), with the error codes that ICRC-25 adds.

export type RpcId = string | number | null;

export interface RpcRequest {
  /** Absent: a notification, which gets no answer. */
  id?: RpcId;
  method: string;
  params?: unknown;
}

export interface RpcError {
  code: number;
  message: string;
  /** A sentence for the developer of the dapp. */
  data?: string;
}

export type RpcResponse = { jsonrpc: '2.0'; id: RpcId } & ({ result: unknown } | { error: RpcError });

/** The errors that this page answers with. */
export const errors = {
  invalidRequest: (data: string): RpcError => ({ code: -32600, message: 'Invalid request', data }),
  methodNotFound: (data: string): RpcError => ({ code: -32601, message: 'Method not found', data }),
  invalidParams: (data: string): RpcError => ({ code: -32602, message: 'Invalid params', data }),
  generic: (data: string): RpcError => ({ code: 1000, message: 'Generic error', data }),
  notSupported: (data: string): RpcError => ({ code: 2000, message: 'Not supported', data }),
  /** ICRC-25 defines no data for it. */
  actionAborted: (): RpcError => ({ code: 3001, message: 'Action aborted' }),
};

export function success(id: RpcId, result: unknown): RpcResponse {
  return { jsonrpc: '2.0', id, result };
}

export function failure(id: RpcId, error: RpcError): RpcResponse {
  return { jsonrpc: '2.0', id, error };
}

/** A JSON object's fields; null if the value is something else. */
export function fields(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

/** What a message is: a request; the answer that a malformed request gets; null if it is no request at all (also another
 * side's answer), which both transports tell to ignore. */
export function parseRequest(message: unknown): RpcRequest | RpcResponse | null {
  const object = fields(message);
  if (object === null || object.jsonrpc !== '2.0' || 'result' in object || 'error' in object) return null;
  const { id, method, params } = object;
  if (id !== undefined && !isId(id)) return failure(null, errors.invalidRequest('id must be a text, a number or null.'));
  if (typeof method !== 'string') return failure(id ?? null, errors.invalidRequest('method must be a text.'));
  return { method, ...(id !== undefined && { id }), ...(params !== undefined && { params }) };
}

function isId(value: unknown): value is RpcId {
  return value === null || typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
}
