import type { ComponentChildren, JSX, Ref } from "preact";
import { Icon, type IconName } from "./icons";
import { Spinner } from "./Spinner";

type Native = Omit<JSX.IntrinsicElements["button"], "icon" | "ref">;

interface ButtonProps extends Native {
  kind?: "plain" | "primary" | "danger" | "quiet";
  icon?: IconName;
  busy?: boolean;
  buttonRef?: Ref<HTMLButtonElement>;
  children?: ComponentChildren;
}

export function Button({ kind = "plain", icon, busy = false, disabled, buttonRef, children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} ref={buttonRef} class={`button ${kind}`} disabled={disabled || busy}>
      {busy ? <Spinner /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Native {
  icon: IconName;
  label: string;
  pressed?: boolean;
  filled?: boolean;
}

/** A button that shows only an icon; `label` is for screen readers and the tooltip. */
export function IconButton({ icon, label, pressed, filled, ...rest }: IconButtonProps) {
  return (
    <button type="button" {...rest} class="icon-button" aria-label={label} title={label} aria-pressed={pressed}>
      <Icon name={icon} filled={filled ?? pressed} />
    </button>
  );
}
