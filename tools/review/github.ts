/** Where the API is and who asks, as a workflow's job has it in its environment. */
export interface GitHubAccess {
  /** Base address of the API, without a slash at the end. */
  readonly api: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string;
}

/** The account that a job's own token writes as. */
const bot = "github-actions[bot]";

interface Written {
  readonly number: number;
  readonly id: number;
  readonly body: string | null;
  readonly user: { readonly login: string } | null;
  readonly pull_request?: unknown;
}

interface Pull {
  readonly number: number;
  readonly head: { readonly sha: string };
}

/** The few calls of GitHub's REST API that the review needs; every one is bounded in time. */
export class GitHub {
  constructor(private readonly access: GitHubAccess) {}

  /**
   * The open pull request whose head is this commit of this branch. It is looked up by what GitHub itself says of the
   * run, because what a run of foreign code says is not to be trusted.
   */
  async pullOf(head: { readonly owner: string; readonly branch: string; readonly sha: string }) {
    const query = new URLSearchParams({ state: "open", head: `${head.owner}:${head.branch}` });
    const pulls = await this.all<Pull>(`pulls?${query.toString()}`);
    return pulls.find((pull) => pull.head.sha === head.sha)?.number;
  }

  /** Writes the one comment that begins with the marker: updates it if it is there. */
  async writeComment(pull: number, marker: string, body: string): Promise<"created" | "updated"> {
    const comments = await this.all<Written>(`issues/${pull}/comments`);
    const own = comments.find((each) => isOwn(each, marker));
    if (own === undefined) await this.call("POST", `issues/${pull}/comments`, { body });
    else await this.call("PATCH", `issues/comments/${own.id}`, { body });
    return own === undefined ? "created" : "updated";
  }

  /** Opens the one issue that begins with the marker, or updates it if it is open. */
  async openIssue(marker: string, title: string, body: string): Promise<"opened" | "updated"> {
    const own = await this.ownIssue(marker);
    if (own === undefined) await this.call("POST", "issues", { title, body });
    else await this.call("PATCH", `issues/${own}`, { title, body });
    return own === undefined ? "opened" : "updated";
  }

  /** Closes that issue with a last word, if it is open. */
  async closeIssue(marker: string, word: string): Promise<"closed" | "none open"> {
    const own = await this.ownIssue(marker);
    if (own === undefined) return "none open";
    await this.call("POST", `issues/${own}/comments`, { body: word });
    await this.call("PATCH", `issues/${own}`, { state: "closed", state_reason: "completed" });
    return "closed";
  }

  private async ownIssue(marker: string): Promise<number | undefined> {
    const query = new URLSearchParams({ state: "open", creator: bot });
    const issues = await this.all<Written>(`issues?${query.toString()}`);
    return issues.find((each) => each.pull_request === undefined && isOwn(each, marker))?.number;
  }

  /** All pages of a list. */
  private async all<T>(path: string): Promise<T[]> {
    const found: T[] = [];
    for (let page = 1; ; page++) {
      const list = (await this.call(
        "GET",
        `${path}${path.includes("?") ? "&" : "?"}per_page=100&page=${page}`,
      )) as T[];
      found.push(...list);
      if (list.length < 100) return found;
    }
  }

  private async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const { api, repository, token } = this.access;
    const response = await fetch(`${api}/repos/${repository}/${path}`, {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${token}`,
        "x-github-api-version": "2022-11-28",
      },
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response.json();
    const said = (await response.text()).slice(0, 300);
    throw new Error(
      `GitHub answered ${response.status} to ${method} ${path.split("?")[0] ?? path}: ${said}; does the job have the permission that docs/RUNBOOK.md names?`,
    );
  }
}

/** Somebody else may write the marker too; only our own is ours to change. */
const isOwn = ({ body, user }: Written, marker: string) =>
  user?.login === bot && body?.startsWith(marker) === true;
