import { t } from "../i18n";
import { Button } from "./Button";

interface ResetButtonProps {
  disabled?: boolean;
  onClick: () => void;
}

/** A quiet button that restores defaults. */
export function ResetButton({ disabled, onClick }: ResetButtonProps) {
  return (
    <Button kind="quiet" icon="reset" disabled={disabled} onClick={onClick}>
      {t("ui.reset")}
    </Button>
  );
}
