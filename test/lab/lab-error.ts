/** What the lab says when it cannot do what it was told; printed as one line, so never with a stack. */
export class LabError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LabError';
  }
}
