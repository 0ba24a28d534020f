/** Drawing at the pace of the screen: a study comes as dozens of notices between two frames. */

interface FrameWork {
  /** Has the work done in the next frame, once, however often it is asked for. */
  ask(): void;
  stop(): void;
}

export function oncePerFrame(
  work: () => void,
  {
    requestAnimationFrame,
    cancelAnimationFrame,
  }: Pick<typeof globalThis, "requestAnimationFrame" | "cancelAnimationFrame"> = globalThis,
): FrameWork {
  let asked: number | undefined;
  return {
    ask() {
      asked ??= requestAnimationFrame(() => {
        asked = undefined;
        work();
      });
    },
    stop() {
      if (asked !== undefined) cancelAnimationFrame(asked);
      asked = undefined;
    },
  };
}
