/** A step of the install that cannot go on, with what the person at the keyboard can do about it. */
export class PrepareError extends Error {
  override readonly name = 'PrepareError';
  readonly advice: string;

  constructor(message: string, advice: string, options?: ErrorOptions) {
    super(message, options);
    this.advice = advice;
  }
}
