// Under which name authenticators file this page's passkeys.
import type { Environment } from '../environment';

type Page = Pick<Location, 'origin' | 'hostname'>;

/**
 * The relying party id. Where an operator names a canonical origin, that origin and the related ones share its passkeys
 * (related origin requests); any other origin, such as the canister's own on another gateway, has its own.
 */
export function relyingPartyId(
  { canonicalOrigin, relatedOrigins }: Pick<Environment, 'canonicalOrigin' | 'relatedOrigins'>,
  page: Page,
): string {
  if (canonicalOrigin === null) return page.hostname;
  const shares = page.origin === canonicalOrigin || relatedOrigins.includes(page.origin);
  return shares ? new URL(canonicalOrigin).hostname : page.hostname;
}

/** The canonical origin, if this page uses its passkeys from another host: not every browser can. */
export function originOfPasskeys(env: Pick<Environment, 'canonicalOrigin' | 'relatedOrigins'>, page: Page): string | null {
  return relyingPartyId(env, page) === page.hostname ? null : env.canonicalOrigin;
}
