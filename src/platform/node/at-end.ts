/** What is put in order when the process ends, by itself or by a signal that somebody handles. A kill leaves no time for it. */
import process from "node:process";

const tasks = new Set<() => void>();

/**
 * @param task does its work at once, since what ends a process leaves no time to wait, and does not throw
 * @returns takes it back
 */
export function atEnd(task: () => void): () => void {
  tasks.add(task);
  return () => tasks.delete(task);
}

/** Does what is to be done at the end; each once. */
export function putInOrder(): void {
  for (const task of tasks) {
    tasks.delete(task);
    task();
  }
}

process.once("exit", putInOrder);
