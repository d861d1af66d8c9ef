import { Component, type ComponentChildren } from "preact";

/** Shows what went wrong in the place of the view: a host would leave an empty cell. */
export class Failure extends Component<
  { children: ComponentChildren },
  { message: string | null }
> {
  override state = { message: null as string | null };

  static override getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    const { message } = this.state;
    if (message === null) return this.props.children;
    return (
      <p role="alert" class="ew-alert">
        This view could not be drawn: {message}. Run the cell again.
      </p>
    );
  }
}
