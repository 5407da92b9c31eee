// What the canister says about itself and about the login page, certified as everything it serves.

export interface Config {
  /** Origin of the login page. */
  login: string;
  /** The canister that served this page, and that is asked who calls it. */
  canister: string;
  /** DER. */
  rootKey: Uint8Array;
}

export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json', { credentials: 'omit', redirect: 'error' });
  if (!response.ok) throw new Error(`/config.json: HTTP ${response.status}`);
  const wire = (await response.json()) as { login: string; canister: string; root_key: string };
  const rootKey = Uint8Array.from(wire.root_key.match(/../g) ?? [], (byte) => parseInt(byte, 16));
  return { login: wire.login, canister: wire.canister, rootKey };
}
