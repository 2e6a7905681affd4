/** What the gateway itself is called below the site's domain, where it shows a page. */
export const gatewayName = "gateway";

/** TCP port of that page. */
export const statusPort = 80;
