/** A run over a live source was asked to stop, and can be gone on with. */
export class RunStopped extends Error {
  override readonly name = "RunStopped";

  constructor() {
    super("run: stopped; --resume goes on");
  }
}
