import createClient, { type Middleware } from "openapi-fetch";
import { Problem } from "./problem";
import type { paths } from "./schema";

/** What every unsafe request of this session carries; told by GET /me, and by signing in. */
let csrfToken = "";

/** Called when an answer says that nobody is signed in. */
let onSignedOut: () => void = () => {};

export function setCsrfToken(token: string): void {
  csrfToken = token;
}

export function getCsrfToken(): string {
  return csrfToken;
}

export function whenSignedOut(call: () => void): void {
  onSignedOut = call;
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

const session: Middleware = {
  onRequest({ request }) {
    if (!SAFE.has(request.method)) request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return response;
    const problem = await Problem.of(response);
    if (problem.status === 401 && problem.code !== "wrong_password") onSignedOut();
    throw problem;
  },
  onError({ error }) {
    return error instanceof DOMException && error.name === "AbortError" ? error : Problem.away(error);
  },
};

/** The API, typed by its own OpenAPI document. A call that is not answered with success throws a `Problem`. */
export const api = createClient<paths>({ baseUrl: "/" });
api.use(session);

/** The body of a successful answer. */
export async function body<T>(call: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data } = await call;
  return data as T;
}
