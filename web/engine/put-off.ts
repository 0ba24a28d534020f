/**
 * Work on the study on show that was ended because a request came that may replace the study: a network or data from files,
 * a training. If that request is refused, stopped, or about data alone, the study stays, and the work is gone on with.
 */
import type { LabStudy } from "./lab-study.ts";
import type { LabRequest } from "./protocol.ts";

type CurvesRequest = Extract<LabRequest, { readonly type: "curves" }>;

/** Curves that the page waits for, and the study that they were asked of. */
interface CurvesPutOff {
  readonly asked: CurvesRequest;
  readonly of: LabStudy | undefined;
}

export class PutOff {
  #active = false;
  #curves: CurvesPutOff[] = [];
  #singles: LabStudy | undefined;

  /** From now until `end`, what is cancelled is put off. */
  begin(): void {
    this.#active = true;
  }

  /**
   * @param of the study when the curves were asked for
   * @param shown the study now
   * @returns whether the request is kept for later: the page is then not told that it ended
   */
  takes(asked: CurvesRequest, of: LabStudy | undefined, shown: LabStudy | undefined): boolean {
    if (!this.#active || of !== shown) return false;
    this.#curves.push({ asked, of });
    return true;
  }

  lacksSingles(study: LabStudy): void {
    this.#singles = study;
  }

  /** @returns whether curves of that number had been put off */
  drop(request: number): boolean {
    const before = this.#curves.length;
    this.#curves = this.#curves.filter(({ asked }) => asked.request !== request);
    return this.#curves.length < before;
  }

  /** Everything that was put off; nothing is any more. */
  end(): { readonly curves: readonly CurvesPutOff[]; readonly singles: LabStudy | undefined } {
    const put = { curves: this.#curves, singles: this.#singles };
    [this.#active, this.#curves, this.#singles] = [false, [], undefined];
    return put;
  }
}
