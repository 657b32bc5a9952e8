import { render } from "preact";
import { App } from "./app";
import { followServer } from "./events";

render(<App />, document.getElementById("app")!);
followServer();
