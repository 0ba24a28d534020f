/** What the lab's page may load and do: its own files alone. Sent by the server, and written into the built page. */
const directives = {
  "default-src": "'none'",
  "script-src": "'self'",
  "worker-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self' data: blob:",
  "connect-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
} as const;

export const contentSecurityPolicy = Object.entries(directives)
  .map((directive) => directive.join(" "))
  .join("; ");
