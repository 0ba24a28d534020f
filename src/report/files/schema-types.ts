/** To have the compiler compare what a zod schema infers with a type that was written down. */

/** `T` without `readonly`, which zod does not infer. */
export type Writable<T> = T extends object ? { -readonly [K in keyof T]: Writable<T[K]> } : T;

/** `true` where the two types are the same in every field. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
