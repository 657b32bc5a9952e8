import { t, type Key } from "../i18n";
import { Dialog } from "../ui";

const keys: [string[], Key][] = [
  [["R"], "help.key.random"],
  [["←", "↑", "→", "↓"], "help.key.arrows"],
  [["S"], "help.key.save"],
  [["F"], "help.key.favourite"],
  [["Ctrl", "Z"], "help.key.undo"],
  [["Shift", "Ctrl", "Z"], "help.key.redo"],
  [["B"], "help.key.before"],
  [["Space"], "help.key.pan"],
  [["[", "]"], "help.key.brush"],
  [["?"], "help.key.help"],
  [["Esc"], "help.key.escape"],
];

const gestures: Key[] = ["help.mouse.slider", "help.mouse.map", "help.mouse.drop"];

export function HelpSheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t("shell.help.title")} onClose={onClose}>
      <dl class="keys">
        {keys.map(([caps, words]) => (
          <div key={words}>
            <dt>
              {caps.map((cap) => (
                <kbd key={cap}>{cap}</kbd>
              ))}
            </dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
      </dl>
      <ul class="gestures">
        {gestures.map((words) => (
          <li key={words}>{t(words)}</li>
        ))}
      </ul>
    </Dialog>
  );
}
