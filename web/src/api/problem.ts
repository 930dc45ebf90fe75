import type { FieldProblem } from "./schema";

interface Told {
  code?: string;
  detail?: string;
  remedy?: string;
  title?: string;
  errors?: FieldProblem[];
}

/** Why something did not work, and what to do: what the API answers as application/problem+json. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly remedy: string;
  readonly fields: FieldProblem[];

  constructor(status: number, told: Told) {
    super(told.detail || told.title || "Something went wrong.");
    this.name = "Problem";
    this.status = status;
    this.code = told.code ?? "unknown";
    this.remedy = told.remedy ?? "";
    this.fields = told.errors ?? [];
  }

  static async of(response: Response): Promise<Problem> {
    const told = await response.json().catch(() => ({ detail: `The server answered ${response.status}.` }));
    return new Problem(response.status, told as Told);
  }

  /** The server could not be reached at all. */
  static away(_cause: unknown): Problem {
    return new Problem(0, {
      code: "server_away",
      detail: "The server does not answer.",
      remedy: "Check that printdock runs and that you are on its network. This page goes on by itself.",
    });
  }

  /** Anything that was thrown, as a problem. */
  static from(error: unknown): Problem {
    if (error instanceof Problem) return error;
    const detail = error instanceof Error ? error.message : String(error);
    return new Problem(-1, {
      code: "page_fault",
      detail,
      remedy: "Load the page again; nothing on the server is lost.",
    });
  }

  /** Whether trying again later may help. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}
