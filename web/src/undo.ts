import { computed, signal, type ReadonlySignal } from "@preact/signals";

const deepest = 200;

/** A value with its past and its future. While the hand moves it is shown; when the hand lets go it is kept. */
export class Undo<T> {
  private readonly past = signal<T[]>([]);
  private readonly future = signal<T[]>([]);
  private readonly shown = signal<T>(undefined as T);
  private readonly kept = signal<T>(undefined as T);

  readonly canUndo = computed(() => this.past.value.length > 0);
  readonly canRedo = computed(() => this.future.value.length > 0);

  constructor(initial: T) {
    this.kept.value = initial;
    this.shown.value = initial;
  }

  get now(): ReadonlySignal<T> {
    return this.shown;
  }

  /** What the hand last let go of: it does not change while the hand moves. */
  get atRest(): ReadonlySignal<T> {
    return this.kept;
  }

  show(value: T): void {
    this.shown.value = value;
  }

  keep(): void {
    if (this.shown.peek() === this.kept.peek()) return;
    this.past.value = [...this.past.peek(), this.kept.peek()].slice(-deepest);
    this.future.value = [];
    this.kept.value = this.shown.peek();
  }

  set(value: T): void {
    this.show(value);
    this.keep();
  }

  undo(): void {
    this.step(this.past, this.future);
  }

  redo(): void {
    this.step(this.future, this.past);
  }

  private step(from: typeof this.past, to: typeof this.past): void {
    this.keep();
    const value = from.peek().at(-1);
    if (value === undefined) return;
    from.value = from.peek().slice(0, -1);
    to.value = [...to.peek(), this.kept.peek()];
    this.kept.value = value;
    this.shown.value = value;
  }
}
