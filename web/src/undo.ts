import { computed, signal, type ReadonlySignal } from "@preact/signals";

const maxDepth = 200;

/** A value with undo and redo. While the user drags, `preview` shows a value; `commit` makes it a step of the history. */
export class UndoHistory<T> {
  private readonly past = signal<T[]>([]);
  private readonly future = signal<T[]>([]);
  private readonly currentValue = signal<T>(undefined as T);
  private readonly committedValue = signal<T>(undefined as T);

  readonly canUndo = computed(() => this.past.value.length > 0);
  readonly canRedo = computed(() => this.future.value.length > 0);

  constructor(initial: T) {
    this.committedValue.value = initial;
    this.currentValue.value = initial;
  }

  /** The value on screen, previewed or committed. */
  get current(): ReadonlySignal<T> {
    return this.currentValue;
  }

  /** The last committed value: it does not change during a drag. */
  get committed(): ReadonlySignal<T> {
    return this.committedValue;
  }

  preview(value: T): void {
    this.currentValue.value = value;
  }

  commit(): void {
    if (this.currentValue.peek() === this.committedValue.peek()) return;
    this.past.value = [...this.past.peek(), this.committedValue.peek()].slice(-maxDepth);
    this.future.value = [];
    this.committedValue.value = this.currentValue.peek();
  }

  set(value: T): void {
    this.preview(value);
    this.commit();
  }

  undo(): void {
    this.step(this.past, this.future);
  }

  redo(): void {
    this.step(this.future, this.past);
  }

  private step(from: typeof this.past, to: typeof this.past): void {
    this.commit();
    const value = from.peek().at(-1);
    if (value === undefined) return;
    from.value = from.peek().slice(0, -1);
    to.value = [...to.peek(), this.committedValue.peek()];
    this.committedValue.value = value;
    this.currentValue.value = value;
  }
}
