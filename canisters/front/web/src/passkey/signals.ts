// What authenticators may be told after a passkey was made. Few browsers can; nothing depends on it.

interface SignalApi {
  signalCurrentUserDetails?(options: { rpId: string; userId: string; name: string; displayName: string }): Promise<void>;
  signalUnknownCredential?(options: { rpId: string; credentialId: string }): Promise<void>;
}

const api = (): SignalApi => PublicKeyCredential as unknown as SignalApi;

/** The account's name: at a registration the number was not known yet. */
export function nameAccount(rpId: string, userId: Uint8Array, name: string): void {
  api()
    .signalCurrentUserDetails?.({ rpId, userId: base64Url(userId), name, displayName: name })
    .catch(() => undefined);
}

/** A passkey that is of no use any more: it is offered no longer. */
export function forgetPasskey(rpId: string, credentialId: Uint8Array): void {
  api()
    .signalUnknownCredential?.({ rpId, credentialId: base64Url(credentialId) })
    .catch(() => undefined);
}

function base64Url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
